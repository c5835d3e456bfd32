use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::jobs::Observer;

/// Shows a job: bars on a terminal, plain lines elsewhere, nothing where a program reads.
#[derive(Debug)]
pub struct Progress {
    quiet: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Progress {
    /// `quiet` shows notes only.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, bar: Mutex::new(None) }
    }

    /// Ends the last bar.
    pub fn finish(&self) {
        if let Some(bar) = self.lock().take() {
            bar.finish();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stage in both languages, and whether it counts bytes.
fn stage(name: &str) -> (&str, bool) {
    match name {
        "read" => ("读取 read", true),
        "identify" => ("身份 identify", false),
        "write" => ("写入 write", false),
        "rules" => ("规则 rules", false),
        "findings" => ("疑点 findings", false),
        "evidence" => ("证据 evidence", false),
        other => (other, false),
    }
}

impl Observer for Progress {
    fn stage(&self, name: &str, total: Option<u64>) {
        self.finish();
        if self.quiet {
            return;
        }
        let (label, bytes) = stage(name);
        if !std::io::stderr().is_terminal() {
            eprintln!("{label}");
            return;
        }
        let template = match (total, bytes) {
            (Some(_), true) => "{msg:16} {bar:40} {bytes}/{total_bytes} {bytes_per_sec}",
            (Some(_), false) => "{msg:16} {bar:40} {human_pos}/{human_len} {per_sec}",
            (None, _) => "{msg:16} {spinner} {elapsed}",
        };
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(label.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        *self.lock() = Some(bar);
    }

    fn advance(&self, done: u64) {
        if let Some(bar) = self.lock().as_ref() {
            bar.inc(done);
        }
    }

    fn note(&self, text: &str) {
        match self.lock().as_ref() {
            Some(bar) => bar.println(text),
            None => eprintln!("{text}"),
        }
    }
}
