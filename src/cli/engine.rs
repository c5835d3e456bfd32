use std::path::PathBuf;

use clap::Args;

use crate::query::EngineOptions;
use crate::snapshot::DataDir;

/// How much of the machine a command may use.
#[derive(Debug, Clone, Args)]
pub struct EngineArgs {
    /// Memory that queries may hold before they spill to disk, as 512MiB or 4GiB
    #[arg(long, default_value = "3GiB", value_parser = bytes)]
    pub memory: usize,
    /// Partitions worked on side by side [default: the processors]
    #[arg(long)]
    pub partitions: Option<usize>,
    /// Rules that an audit runs at once; fewer need less memory [default: the processors]
    #[arg(long)]
    pub at_once: Option<usize>,
    /// Folder for what spills [default: `spill` in the data folder]
    #[arg(long)]
    pub spill: Option<PathBuf>,
}

impl EngineArgs {
    /// The options for a data folder.
    pub fn options(&self, data: &DataDir) -> EngineOptions {
        let mut options = EngineOptions::new(self.spill.clone().unwrap_or_else(|| data.spill_dir()));
        options.memory = self.memory;
        options.partitions = self.partitions.unwrap_or(options.partitions).max(1);
        options.at_once = self.at_once.unwrap_or(options.partitions).max(1);
        options
    }
}

/// Parses `512MiB`, `4GiB`, `4G` or plain bytes.
pub fn bytes(text: &str) -> Result<usize, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return Err(format!("'{text}' is no amount of memory: write it as 512MiB or 4GiB")),
    };
    number
        .parse::<usize>()
        .ok()
        .and_then(|n| n.checked_mul(1 << shift))
        .filter(|n| *n > 0)
        .ok_or_else(|| format!("'{text}' is no amount of memory: write it as 512MiB or 4GiB"))
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn amounts_of_memory() {
        assert_eq!(bytes("512MiB"), Ok(512 << 20));
        assert_eq!(bytes("4g"), Ok(4 << 30));
        assert_eq!(bytes("1024"), Ok(1024));
        for wrong in ["", "0", "GiB", "2.5GiB", "2TiBs", "99999999999999999999"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
