//! Columns that grow little by little: doubling would reserve a nation's edges twice.

/// A column grows by so much of itself,
const SHARE: usize = 8;
/// and by so much at least.
const LEAST: usize = 1 << 16;

/// Adds a value.
pub(super) fn put<T>(column: &mut Vec<T>, value: T) {
    if column.len() == column.capacity() {
        column.reserve_exact((column.len() / SHARE).max(LEAST));
    }
    column.push(value);
}

/// Adds a text.
pub(super) fn put_text(column: &mut String, text: &str) {
    if column.capacity() - column.len() < text.len() {
        column.reserve_exact((column.len() / SHARE).max(LEAST).max(text.len()));
    }
    column.push_str(text);
}
