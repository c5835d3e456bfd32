/// Watches a job: a terminal's bars, a server's event stream, a log.
pub trait Observer: Send + Sync {
    /// A stage begins; `total` is in the stage's own unit (bytes, rows, rules), where it is known.
    fn stage(&self, name: &str, total: Option<u64>);
    /// So much more of the stage is done.
    fn advance(&self, done: u64);
    /// Something a person should know.
    fn note(&self, text: &str);
    /// Whether the job should stop at the next good moment.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn stage(&self, _: &str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn note(&self, _: &str) {}
}
