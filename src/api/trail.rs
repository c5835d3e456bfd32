//! Every read of personal data leaves an event: which request, what, of which audit or snapshot, how many
//! rows. Never what was read, and never a value that was asked for, since that may be an ID number.

use super::request::RequestId;

/// Tells the trail of a read.
pub fn read(request: &RequestId, what: &str, of: &str, rows: usize, how: &str) {
    tracing::info!(target: "mingjing::trail", request_id = %request.0, what, of, rows, how, "read");
}
