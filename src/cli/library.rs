use std::path::PathBuf;

use clap::Args;

use crate::query::library::{Library, RuleError};

/// Which rules a command works with.
#[derive(Debug, Clone, Default, Args)]
pub struct RulesArgs {
    /// Folder of your own rules and parameters; a rule with the id of a built-in one replaces it
    #[arg(long, value_name = "FOLDER")]
    pub rules: Option<PathBuf>,
}

impl RulesArgs {
    /// The built-in rules and those of the folder.
    pub async fn library(&self) -> Result<Library, RuleError> {
        let library = Library::built_in().await?;
        match &self.rules {
            Some(folder) => library.with_folder(folder).await,
            None => Ok(library),
        }
    }
}
