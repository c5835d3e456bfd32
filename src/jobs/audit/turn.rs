//! Audits of one data folder run one after the other, on the command line and in a server: each may use
//! all the memory it is allowed, and both write to the same place.

use std::time::Duration;

use crate::snapshot::{AuditLock, DataDir, SnapshotError};

use super::super::Observer;
use super::AuditError;

/// How often a waiting audit looks again.
const AGAIN: Duration = Duration::from_millis(200);

/// Waits until no other audit is at work; tells once whom it waits for.
pub(super) async fn turn(data: &DataDir, observer: &dyn Observer) -> Result<AuditLock, AuditError> {
    let mut told = false;
    loop {
        match data.lock_audit() {
            Err(SnapshotError::Audited(holder)) => {
                if !std::mem::replace(&mut told, true) {
                    observer.note(&format!("waiting for another audit of this data folder to end: {holder}"));
                }
            }
            taken => return Ok(taken?),
        }
        if observer.cancelled() {
            return Err(AuditError::Cancelled);
        }
        tokio::time::sleep(AGAIN).await;
    }
}
