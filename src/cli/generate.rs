use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::date::Day;
use crate::made::{self, Form, Settings};

/// Make a county, or a nation, of made people, with the truth about it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Assisted households; a small land gets more, some 220, so that every kind of case fits
    #[arg(long, default_value_t = 2_500)]
    households: u64,
    /// Months of payments, 8 to 120, ending with the as-of date
    #[arg(long, default_value_t = 24)]
    months: u32,
    /// The same seed and options give the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder to write to; its folder `exports` must be empty or not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// As a county hands it over: Chinese headers and codes, dirty (unless --clean)
    #[arg(long)]
    raw: bool,
    /// Nothing irregular and no faults: the lawful background alone
    #[arg(long)]
    clean: bool,
    /// The day on which the exports were drawn
    #[arg(long, value_name = "DATE", default_value = "2024-12-31")]
    as_of: Day,
    /// File formats: csv (default with --raw), mixed (only with --raw), parquet (default without)
    #[arg(long, value_enum)]
    formats: Option<Formats>,
    /// Share of households in which something is irregular, 0 to 0.2
    #[arg(long, value_name = "SHARE", default_value_t = 0.02)]
    irregular_share: f64,
    /// Number of counties [default: one for every 8,000 households]
    #[arg(long, value_name = "N")]
    region_count: Option<u32>,
    /// Threads at work; they do not change the result [default: the processors]
    #[arg(long)]
    threads: Option<usize>,
}

/// The words that name the command.
const WORDS: [&str; 1] = ["generate"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Formats {
    Csv,
    Mixed,
    Parquet,
}

impl Args {
    /// A dirty county of two years for the demonstration.
    pub fn demo(out: PathBuf, households: u32) -> Self {
        Self {
            households: households.into(),
            months: 24,
            seed: 1,
            out,
            raw: true,
            clean: false,
            as_of: Day(Settings::default().as_of),
            formats: None,
            irregular_share: Settings::default().irregular_share,
            region_count: None,
            threads: None,
        }
    }

    /// The settings; options that do not go together are a wrong call.
    fn settings(&self) -> Settings {
        let form = match (self.raw, self.formats) {
            (false, None | Some(Formats::Parquet)) => Form::Parquet,
            (false, Some(Formats::Csv)) => Form::Csv,
            (true, None | Some(Formats::Csv)) => Form::Raw,
            (true, Some(Formats::Mixed)) => Form::Mixed,
            (true, Some(Formats::Parquet)) => {
                super::wrong_call(&WORDS, "--raw writes text: leave out --formats parquet, or --raw")
            }
            (false, Some(Formats::Mixed)) => super::wrong_call(&WORDS, "--formats mixed is a raw form: add --raw"),
        };
        let defaults = Settings::default();
        Settings {
            households: self.households,
            months: self.months,
            seed: self.seed,
            as_of: self.as_of.0,
            form,
            clean: self.clean,
            irregular_share: self.irregular_share,
            counties: self.region_count,
            threads: self.threads.unwrap_or(defaults.threads),
            ..defaults
        }
    }
}

/// Makes it and prints what was made.
///
/// # Errors
///
/// Settings out of range, or a folder that cannot be written.
pub fn run(args: Args) -> anyhow::Result<()> {
    let settings = args.settings();
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} townships, {elapsed}")?);
    let made = made::generate(&settings, &args.out, &|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let made = match made {
        Err(wrong) if wrong.is_of_settings() => super::wrong_call(&WORDS, &wrong.to_string()),
        made => made.with_context(|| format!("cannot generate in {}", args.out.display()))?,
    };
    println!(
        "made {} counties, {} townships, {} households: {} rows, {} payments, {} rows of truth in {}",
        made.counties,
        made.townships,
        made.households,
        made.rows,
        made.payments,
        made.truth,
        args.out.display()
    );
    Ok(())
}
