//! Work in numbered chunks on every processor, each worker with a state of its own; results come back in
//! the order of the chunks, so that they do not depend on who did what.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::LinkageError;

/// Runs `work` on each chunk.
///
/// # Errors
///
/// The first error by chunk number.
pub(super) fn in_chunks<S, T: Send>(
    chunks: u32,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, u32) -> Result<T, LinkageError> + Sync,
) -> Result<Vec<T>, LinkageError> {
    let workers = rayon::current_num_threads().min(chunks.max(1) as usize);
    let (next, failed) = (AtomicU32::new(0), AtomicBool::new(false));
    let done: Mutex<Vec<(u32, Result<T, LinkageError>)>> = Mutex::new(Vec::with_capacity(chunks as usize));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut own = state();
                let mut mine = Vec::new();
                while !failed.load(Ordering::Relaxed) {
                    let chunk = next.fetch_add(1, Ordering::Relaxed);
                    if chunk >= chunks {
                        break;
                    }
                    let result = work(&mut own, chunk);
                    failed.fetch_or(result.is_err(), Ordering::Relaxed);
                    mine.push((chunk, result));
                }
                match done.lock() {
                    Ok(mut done) => done.extend(mine),
                    Err(poisoned) => poisoned.into_inner().extend(mine),
                }
            });
        }
    });
    let mut done = match done.into_inner() {
        Ok(done) => done,
        Err(poisoned) => poisoned.into_inner(),
    };
    done.sort_unstable_by_key(|(chunk, _)| *chunk);
    done.into_iter().map(|(_, result)| result).collect()
}
