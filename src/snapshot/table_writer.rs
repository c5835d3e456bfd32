use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{SnapshotError, TableEntry, at};
use crate::contract::ROW_ID;

/// Rows of a row group: large enough to compress, small enough that pruning by key range pays and
/// that a group waits in memory.
const ROW_GROUP_ROWS: usize = 512 * 1024;

/// What the rows of a file are mostly read for, which decides its data pages: the finest unit that can be
/// pruned, and that whoever wants one row must inflate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFor {
    /// Whole columns: long pages.
    Scans,
    /// One row here and there: short pages. These columns hardly repeat, so they have no dictionary, which
    /// would have to be read with each row.
    SingleRows(&'static [&'static str]),
}

impl ReadFor {
    fn page_rows(self) -> usize {
        match self {
            Self::Scans => 16 * 1024,
            Self::SingleRows(_) => 256,
        }
    }
}

/// Writes one table of a snapshot: zstd Parquet with page statistics, its columns encoded side by side.
pub struct TableWriter {
    path: PathBuf,
    schema: SchemaRef,
    writer: SerializedFileWriter<File>,
    factory: ArrowRowGroupWriterFactory,
    pending: Vec<RecordBatch>,
    pending_rows: usize,
    rows: u64,
    groups: usize,
}

impl std::fmt::Debug for TableWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl TableWriter {
    /// Starts a table whose rows will come sorted by the columns `sorted_by`.
    pub fn create(path: PathBuf, schema: SchemaRef, sorted_by: &[String]) -> Result<Self, SnapshotError> {
        Self::create_for(ReadFor::Scans, path, schema, sorted_by)
    }

    /// Starts a table that is mostly read in a way.
    pub fn create_for(
        read: ReadFor,
        path: PathBuf,
        schema: SchemaRef,
        sorted_by: &[String],
    ) -> Result<Self, SnapshotError> {
        let sorting = sorted_by
            .iter()
            .filter_map(|name| schema.index_of(name).ok())
            .map(|i| SortingColumn { column_idx: i as i32, descending: false, nulls_first: false })
            .collect();
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_data_page_row_count_limit(read.page_rows())
            .set_write_batch_size(read.page_rows())
            .set_max_row_group_row_count(None)
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_created_by(format!("mingjing {}", env!("CARGO_PKG_VERSION")))
            .set_sorting_columns(Some(sorting));
        // Provenance is nearly unique: a dictionary would only be built to be thrown away.
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(ROW_ID), false);
        if let ReadFor::SingleRows(unlike) = read {
            for column in unlike {
                properties = properties.set_column_dictionary_enabled(ColumnPath::from(*column), false);
            }
            properties = properties.set_statistics_enabled(EnabledStatistics::Chunk);
        }
        let mut properties = properties.build();
        add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
        let parquet_error = |source| SnapshotError::Parquet { path: path.clone(), source };
        let parquet_schema = ArrowSchemaConverter::new().convert(&schema).map_err(parquet_error)?;
        let file = at(&path, File::create(&path))?;
        let writer = SerializedFileWriter::new(file, parquet_schema.root_schema_ptr(), properties.into())
            .map_err(parquet_error)?;
        let factory = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
        Ok(Self { path, schema, writer, factory, pending: Vec::new(), pending_rows: 0, rows: 0, groups: 0 })
    }

    /// A Parquet error with the file's name.
    pub(crate) fn error(&self, source: parquet::errors::ParquetError) -> SnapshotError {
        SnapshotError::Parquet { path: self.path.clone(), source }
    }

    /// Appends rows.
    pub fn write(&mut self, batch: RecordBatch) -> Result<(), SnapshotError> {
        self.pending_rows += batch.num_rows();
        self.pending.push(batch);
        if self.pending_rows >= ROW_GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), SnapshotError> {
        if self.pending_rows == 0 {
            return Ok(());
        }
        let (path, schema) = (self.path.clone(), self.schema.clone());
        let parquet_error = |source| SnapshotError::Parquet { path: path.clone(), source };
        let group = concat_batches(&schema, &self.pending).map_err(|e| parquet_error(e.into()))?;
        self.pending.clear();
        let writers = self.factory.create_column_writers(self.groups).map_err(parquet_error)?;
        // No table of the contract has nested columns, so columns and leaves are the same in number.
        let chunks: Vec<ArrowColumnChunk> = writers
            .into_par_iter()
            .zip(schema.fields().par_iter().zip(group.columns().par_iter()))
            .map(|(mut writer, (field, column))| {
                for leaf in compute_leaves(field, column)? {
                    writer.write(&leaf)?;
                }
                writer.close()
            })
            .collect::<Result<_, _>>()
            .map_err(parquet_error)?;
        let mut row_group = self.writer.next_row_group().map_err(parquet_error)?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut row_group).map_err(parquet_error)?;
        }
        row_group.close().map_err(parquet_error)?;
        self.rows += self.pending_rows as u64;
        self.pending_rows = 0;
        self.groups += 1;
        Ok(())
    }

    /// Ends the file and hashes it.
    pub fn finish(mut self) -> Result<TableEntry, SnapshotError> {
        self.flush()?;
        let Self { path, writer, rows, .. } = self;
        writer.close().map_err(|source| SnapshotError::Parquet { path: path.clone(), source })?;
        let (bytes, sha256) = hash_file(&path)?;
        let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(TableEntry { file, rows, bytes, sha256 })
    }
}

fn hash_file(path: &Path) -> Result<(u64, String), SnapshotError> {
    let mut file = at(path, File::open(path))?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let n = at(path, file.read(&mut buffer))?;
        if n == 0 {
            return Ok((bytes, hash.finalize().iter().map(|b| format!("{b:02x}")).collect()));
        }
        hash.update(&buffer[..n]);
        bytes += n as u64;
    }
}
