//! Made counties: data in the contract's form for tests, demonstrations and measurements, of any size.
//!
//! All persons, places, firms and numbers are made up. A made land is a pure function of [`Settings`]:
//! the same settings give the same bytes, whatever the number of threads. It is made township by
//! township; each has dice of its own, and a chunk of townships writes its own files, so that memory
//! does not grow with the land.
//!
//! | idea | file |
//! |---|---|
//! | counties, townships, villages, their codes and names | `plan.rs`, `names.rs`, `numbers.rs` |
//! | standards and what follows from them | `standards.rs` |
//! | people and their families | `family.rs`, `supporters.rs` |
//! | a household and what the office did for it | `model.rs`, `order.rs`, `procedure.rs`, `life.rs` |
//! | vehicles, firms, wages, pensions … of lawful families | `registers.rs`, `estate.rs`, `hardship.rs` |
//! | what the office got wrong with a benefit | `slips.rs` |
//! | awards, payments, statements, fund flows | `ledger.rs`, `bank.rs`, `debits.rs`, `funds.rs` |
//! | planted cases and look-alikes, one file a family | `cases/` |
//! | Parquet, CSV, JSON Lines; spellings and faults | `write/` |

mod bank;
mod cases;
mod debits;
mod estate;
mod family;
mod funds;
mod hardship;
mod ledger;
mod life;
mod model;
mod names;
mod numbers;
mod office;
mod order;
mod plan;
mod procedure;
mod random;
mod registers;
mod rows;
mod slips;
mod standards;
mod supporters;
mod township;
mod truth;
mod village;
mod write;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use chrono::{Datelike, NaiveDate};

use crate::domain::month::Month;
use plan::Plan;

/// What to make.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Assisted households. Very small lands get more, so that every kind of case fits: it takes about 220.
    pub households: u64,
    /// Months of payments, ending with the month of `as_of`.
    pub months: u32,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// The day on which the exports were drawn.
    pub as_of: NaiveDate,
    /// How the tables are written.
    pub form: Form,
    /// Neither planted cases nor faults: nothing to find.
    pub clean: bool,
    /// Share of the households in which something is irregular.
    pub irregular_share: f64,
    /// Number of counties; `None` takes one for every 8,000 households.
    pub counties: Option<u32>,
    /// Threads at work. They do not change the result.
    pub threads: usize,
    /// Households whose rows share one set of files; `None` takes 50,000.
    pub chunk: Option<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            households: 2_500,
            months: 24,
            seed: 1,
            as_of: NaiveDate::from_ymd_opt(2024, 12, 31).unwrap_or_default(),
            form: Form::Parquet,
            clean: false,
            irregular_share: 0.02,
            counties: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            chunk: None,
        }
    }
}

/// How the tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Parquet with typed columns and canonical names, for measurements at scale.
    Parquet,
    /// CSV with canonical names and codes.
    Csv,
    /// CSV as a county hands it over: Chinese file names, headers and codes; dirty unless clean.
    Raw,
    /// Like `Raw`, in the encodings and formats that come together in life: UTF-8 and GB18030, commas,
    /// tabs and semicolons, JSON Lines.
    Mixed,
}

impl Form {
    /// Whether headers and codes are Chinese.
    fn is_raw(self) -> bool {
        matches!(self, Self::Raw | Self::Mixed)
    }
}

/// The days and months that everything is timed by.
#[derive(Debug, Clone, Copy)]
struct Calendar {
    as_of: NaiveDate,
    /// First and last payment month.
    first: Month,
    last: Month,
}

impl Settings {
    fn calendar(&self) -> Calendar {
        // Before the 25th the month's payments are not all through.
        let month = Month::of(self.as_of);
        let last = if self.as_of.day() >= 25 { month } else { month.plus(-1) };
        Calendar { as_of: self.as_of, first: last.plus(1 - self.months as i32), last }
    }

    fn check(&self) -> Result<(), MadeError> {
        if self.households == 0 {
            return Err(MadeError::Households);
        }
        if !(8..=120).contains(&self.months) {
            return Err(MadeError::Months(self.months));
        }
        if !(0.0..=0.2).contains(&self.irregular_share) {
            return Err(MadeError::Share(self.irregular_share));
        }
        if !(2000..=2080).contains(&self.as_of.year()) {
            return Err(MadeError::AsOf(self.as_of));
        }
        Ok(())
    }
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum MadeError {
    /// No household was asked for.
    #[error("no households: ask for at least one")]
    Households,
    /// Too few months for the planted cases, or more than ten years.
    #[error("{0} months: choose 8 to 120")]
    Months(u32),
    /// A share that leaves no lawful background.
    #[error("irregular share {0}: choose 0 to 0.2")]
    Share(f64),
    /// A day outside the years that the dates of people's lives are made for.
    #[error("as-of date {0}: choose a day from 2000 to 2080")]
    AsOf(NaiveDate),
    /// The counties asked for cannot hold the households.
    #[error("{households} households do not fit {counties} counties: choose {least} to {most} counties")]
    Layout {
        /// Households asked for.
        households: u64,
        /// Counties asked for.
        counties: u64,
        /// Fewest counties that fit.
        least: u64,
        /// Most counties that fit.
        most: u64,
    },
    /// The folder to write to is not empty.
    #[error("{0} is not empty: choose another folder, or empty this one")]
    NotEmpty(PathBuf),
    /// A file could not be written.
    #[error("cannot write: {0}")]
    Io(#[from] std::io::Error),
    /// A Parquet file could not be written.
    #[error("cannot write Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Columns did not fit together.
    #[error("cannot build a batch: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}

impl MadeError {
    /// Whether the settings are at fault, and no folder or disk.
    pub fn is_of_settings(&self) -> bool {
        matches!(self, Self::Households | Self::Months(_) | Self::Share(_) | Self::AsOf(_) | Self::Layout { .. })
    }
}

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    /// Counties and townships.
    pub counties: u64,
    /// Townships.
    pub townships: u64,
    /// Households with a file.
    pub households: u64,
    /// Rows in all tables.
    pub rows: u64,
    /// Rows of the table `payment`.
    pub payments: u64,
    /// Rows of `truth.csv`.
    pub truth: u64,
}

impl Made {
    fn add(&mut self, other: Self) {
        self.households += other.households;
        self.rows += other.rows;
        self.payments += other.payments;
        self.truth += other.truth;
    }
}

/// Every kind of planted case: its typology, and the exemption where it is a lawful look-alike.
pub fn kinds() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    cases::kinds().map(|kind| (kind.typology, kind.decoy))
}

/// Makes a land in the folder `out`: `exports/` with the tables, `truth.csv`, `dirt.csv` where there is
/// dirt, and a `README.md`. `progress` is told the number of townships done and in all, from any thread.
///
/// Memory: one township's rows and the open files of one chunk for each thread.
///
/// # Errors
///
/// Settings out of range, a folder `exports` that is not empty, or a file that cannot be written.
pub fn generate(
    settings: &Settings,
    out: &std::path::Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Made, MadeError> {
    settings.check()?;
    let plan = Plan::of(settings)?;
    let folder = write::Folder::create(out)?;
    let chunks = plan.chunks();
    let townships = u64::from(plan.townships());
    let (next, done, failed) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let work = || -> Result<Made, MadeError> {
        let mut made = Made::default();
        while !failed.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(chunk) = chunks.get(number) else { break };
            let mut sink = folder.chunk(settings, number, chunks.len())?;
            for township in chunk.clone() {
                made.households += township::make(settings, &plan, township, &mut sink)?;
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, townships);
            }
            made.add(sink.close()?);
        }
        Ok(made)
    };
    let mut made = Made { townships, counties: plan.counties(), ..Made::default() };
    std::thread::scope(|scope| {
        let threads = settings.threads.clamp(1, chunks.len());
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| work().inspect_err(|_| failed.store(true, Ordering::Relaxed))))
            .collect();
        for worker in workers {
            match worker.join() {
                Ok(part) => made.add(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok::<(), MadeError>(())
    })?;
    folder.finish(settings, chunks.len(), &made)?;
    Ok(made)
}
