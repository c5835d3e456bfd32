//! The README of a made land.

use super::super::{Form, Made, Settings};

/// Its text.
pub(super) fn text(settings: &Settings, made: &Made) -> String {
    let form = match settings.form {
        Form::Parquet => "Parquet with canonical names",
        Form::Csv => "CSV with canonical names",
        Form::Raw => "CSV as a county hands it over",
        Form::Mixed => "CSV in several encodings, JSON Lines and Excel workbooks, as a county hands it over",
    };
    let content = match (settings.clean, settings.is_dirty()) {
        (true, _) => "Nothing is irregular in it, and the files have no faults.".to_owned(),
        (_, dirty) => format!(
            "`truth.csv` lists the planted irregularities and the lawful look-alikes{}",
            if dirty { "; `dirt.csv` lists the faults put into the files." } else { "." }
        ),
    };
    format!(
        "# A made land\n\nAll persons, places, firms and numbers are made up; likeness with anybody is chance.\n\n\
         `exports/`: {form}, the tables of the contract. {content}\n\n\
         {} counties, {} townships, {} assisted households over {} months; {} payments, {} rows in all. \
         Drawn as of {}. Seed {}, irregular share {}: the same settings give the same bytes.\n",
        made.counties,
        made.townships,
        made.households,
        settings.months,
        made.payments,
        made.rows,
        settings.as_of,
        settings.seed,
        settings.irregular_share
    )
}
