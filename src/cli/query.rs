use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use clap::ValueEnum;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use parquet::arrow::ArrowWriter;

use crate::graph::relations::{self, LazyRelations};
use crate::query::{Parameters, Session, plan_read_only, safe_in_spreadsheet};
use crate::snapshot::DataDir;

use super::engine::EngineArgs;

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    /// Safe to open in a spreadsheet: an apostrophe stands before a text that it would run
    Csv,
    /// One JSON object a line
    Json,
    /// Arrow IPC stream
    Arrow,
    Parquet,
}

/// Query a snapshot.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One reading statement
    sql: String,
    /// Data folder
    #[arg(long)]
    data: PathBuf,
    /// Snapshot [default: the one in force]
    #[arg(long)]
    snapshot: Option<String>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let out = std::io::stdout();
    if matches!(args.format, Format::Arrow | Format::Parquet) && out.is_terminal() {
        super::wrong_call(&["query"], "--format: this form is not for a terminal; send it to a file or a pipe");
    }
    let data = DataDir::open(&args.data)?;
    super::block_on_deep(async move {
        let (snapshot, options) = (data.resolve(args.snapshot.as_deref())?, args.engine.options(&data));
        let session = Session::open(&snapshot, &options).await?;
        relations::attach(&session, &Arc::new(LazyRelations::new(snapshot, options)));
        let rows = plan_read_only(&session, &args.sql, &Parameters::None).await?.execute_stream().await?;
        write(args.format, rows, std::io::BufWriter::new(out)).await
    })
}

/// Writes rows as they come; only a table is held together, for its column widths.
async fn write(format: Format, mut rows: SendableRecordBatchStream, mut out: impl Write + Send) -> anyhow::Result<()> {
    let schema: SchemaRef = rows.schema();
    match format {
        Format::Table => {
            let mut batches: Vec<RecordBatch> = vec![RecordBatch::new_empty(schema)];
            while let Some(batch) = rows.next().await {
                batches.push(batch?);
            }
            writeln!(out, "{}", arrow::util::pretty::pretty_format_batches(&batches)?)?;
        }
        Format::Csv => {
            let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(&mut out);
            writer.write(&safe_in_spreadsheet(&RecordBatch::new_empty(schema))?)?;
            while let Some(batch) = rows.next().await {
                writer.write(&safe_in_spreadsheet(&batch?)?)?;
            }
        }
        Format::Json => {
            let mut writer = arrow::json::LineDelimitedWriter::new(&mut out);
            while let Some(batch) = rows.next().await {
                writer.write(&batch?)?;
            }
            writer.finish()?;
        }
        Format::Arrow => {
            let mut writer = arrow::ipc::writer::StreamWriter::try_new(&mut out, &schema)?;
            while let Some(batch) = rows.next().await {
                writer.write(&batch?)?;
            }
            writer.finish()?;
        }
        Format::Parquet => {
            let mut writer = ArrowWriter::try_new(&mut out, schema, None)?;
            while let Some(batch) = rows.next().await {
                writer.write(&batch?)?;
            }
            writer.close()?;
        }
    }
    Ok(out.flush()?)
}
