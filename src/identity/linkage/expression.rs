//! SQL expressions over the columns of a spec, planned and run by DataFusion: derived columns, the keys
//! of blocking rules and conditions over pairs.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::row::{RowConverter, SortField};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column as SqlColumn, DFSchema, TableReference};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::prelude::SessionContext;

use super::LinkageError;
use super::columns::Rows;
use super::functions;
use super::spec::{Column, Kind};

/// Arrow form of a column kind.
pub(super) fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Number => DataType::Float64,
        Kind::Date => DataType::Date32,
        Kind::List => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
    }
}

/// Schema of the first columns of a spec.
pub(super) fn schema(columns: &[Column]) -> SchemaRef {
    let fields: Vec<_> = columns.iter().map(|c| Field::new(&c.name, data_type(c.kind), true)).collect();
    Arc::new(Schema::new(fields))
}

/// Plans expressions.
pub(super) struct Planner<'s> {
    context: SessionContext,
    columns: &'s [Column],
}

impl<'s> Planner<'s> {
    /// With the engine's functions and the linkage's own.
    pub fn new(columns: &'s [Column]) -> Self {
        let context = SessionContext::new();
        functions::all().into_iter().for_each(|function| context.register_udf(function));
        Self { context, columns }
    }

    /// An expression over the columns before `at`.
    pub fn over_row(&self, sql: &str, at: usize) -> Result<Arc<dyn PhysicalExpr>, String> {
        let schema = DFSchema::try_from(schema(&self.columns[..at]).as_ref().clone()).map_err(|e| said(&e))?;
        let expression = self.context.parse_sql_expr(sql, &schema).map_err(|e| said(&e))?;
        self.physical(expression, &schema)
    }

    /// Simplified first: some functions (`coalesce`, `nullif` …) are only known to the simplifier.
    fn physical(&self, expression: Expr, schema: &DFSchema) -> Result<Arc<dyn PhysicalExpr>, String> {
        let context = SimplifyContext::builder().with_schema(Arc::new(schema.clone())).with_current_time().build();
        let simplifier = ExprSimplifier::new(context);
        let expression =
            simplifier.coerce(expression, schema).and_then(|e| simplifier.simplify(e)).map_err(|e| said(&e))?;
        self.context.create_physical_expr(expression, schema).map_err(|e| said(&e))
    }

    fn sides(&self) -> Result<DFSchema, String> {
        let schema = schema(self.columns);
        let side = |name: &str| DFSchema::try_from_qualified_schema(name, &schema).map_err(|e| said(&e));
        side("l")?.join(&side("r")?).map_err(|e| said(&e))
    }

    fn pair_expression(&self, sql: &str) -> Result<Expr, String> {
        self.context.parse_sql_expr(sql, &self.sides()?).map_err(|e| said(&e))
    }

    /// A condition over pairs.
    pub fn condition(&self, sql: &str) -> Result<PairCondition, String> {
        self.pair_condition(self.pair_expression(sql)?)
    }

    fn pair_condition(&self, expression: Expr) -> Result<PairCondition, String> {
        let used: BTreeSet<(bool, usize)> = expression
            .column_refs()
            .iter()
            .filter_map(|column| Some((right(column)?, self.position(column)?)))
            .collect();
        let columns: Vec<_> = used.into_iter().collect();
        let fields = columns.iter().map(|(right, at)| {
            let column = &self.columns[*at];
            let table = TableReference::bare(if *right { "r" } else { "l" });
            (Some(table), Arc::new(Field::new(&column.name, data_type(column.kind), true)))
        });
        let schema = DFSchema::new_with_metadata(fields.collect(), Default::default()).map_err(|e| said(&e))?;
        let expression = self.physical(expression, &schema)?;
        Ok(PairCondition { columns, schema: Arc::clone(schema.inner()), expression })
    }

    fn position(&self, column: &SqlColumn) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column.name)
    }

    /// A blocking rule: its equalities between the sides, and what else it asks.
    pub fn rule(&self, sql: &str) -> Result<Rule, String> {
        let expression = self.pair_expression(sql)?;
        let (mut left, mut right, mut rest, mut equal) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
        for part in split_conjunction(&expression) {
            match sided(part) {
                Some((l, r)) => {
                    if let (Expr::Column(l), Expr::Column(r)) = (&l, &r)
                        && l.name == r.name
                    {
                        equal.extend(self.position(l));
                    }
                    left.push(self.key(l)?);
                    right.push(self.key(r)?);
                }
                None => rest.push(part.clone()),
            }
        }
        if left.is_empty() {
            return Err("a rule needs an equality between l and r; without one it would compare all with all".into());
        }
        let text = |keys: &[Key]| keys.iter().map(|key| key.sql.clone()).collect::<Vec<_>>();
        let symmetric = text(&left) == text(&right);
        let lists = left.iter().chain(&right).filter(|key| key.list).count();
        if left.iter().filter(|key| key.list).count() > 1 || right.iter().filter(|key| key.list).count() > 1 {
            return Err("a rule may have one equality of lists".into());
        }
        let rest = conjunction(rest).map(|rest| self.pair_condition(rest)).transpose()?;
        let columns = left.iter().chain(&right).flat_map(|key| key.columns.clone()).collect();
        Ok(Rule { left, right, rest, symmetric, lists: lists > 0, columns, equal })
    }

    fn key(&self, expression: Expr) -> Result<Key, String> {
        let expression = expression
            .transform(|e| {
                Ok(match e {
                    Expr::Column(column) => Transformed::yes(Expr::Column(SqlColumn::new_unqualified(column.name))),
                    other => Transformed::no(other),
                })
            })
            .map_err(|e| said(&e))?
            .data;
        let columns = expression.column_refs().iter().filter_map(|column| self.position(column)).collect();
        let arrow = schema(self.columns);
        let schema = DFSchema::try_from(arrow.as_ref().clone()).map_err(|e| said(&e))?;
        let sql = expression.to_string();
        let physical = self.physical(expression, &schema)?;
        let list =
            matches!(physical.data_type(&arrow).map_err(|e| said(&e))?, DataType::List(_) | DataType::LargeList(_));
        Ok(Key { sql, expression: physical, list, columns })
    }
}

fn said(error: &datafusion::error::DataFusionError) -> String {
    error.strip_backtrace().replace('\n', " ").trim_end_matches('.').to_owned()
}

/// Whether a column stands on the right.
fn right(column: &SqlColumn) -> Option<bool> {
    match column.relation.as_ref()?.table() {
        "l" => Some(false),
        "r" => Some(true),
        _ => None,
    }
}

/// Left and right of an equality between the sides.
fn sided(part: &Expr) -> Option<(Expr, Expr)> {
    let Expr::BinaryExpr(BinaryExpr { left: a, op: Operator::Eq, right: b }) = part else { return None };
    let side = |expression: &Expr| {
        let sides: BTreeSet<Option<bool>> = expression.column_refs().iter().map(|column| right(column)).collect();
        (sides.len() == 1).then(|| sides.into_iter().next().flatten()).flatten()
    };
    match (side(a)?, side(b)?) {
        (false, true) => Some((a.as_ref().clone(), b.as_ref().clone())),
        (true, false) => Some((b.as_ref().clone(), a.as_ref().clone())),
        _ => None,
    }
}

/// One side of an equality.
#[derive(Debug)]
pub(super) struct Key {
    sql: String,
    expression: Arc<dyn PhysicalExpr>,
    list: bool,
    columns: Vec<usize>,
}

/// A blocking rule.
#[derive(Debug)]
pub(super) struct Rule {
    left: Vec<Key>,
    right: Vec<Key>,
    /// What is asked beyond the equalities.
    pub rest: Option<PairCondition>,
    /// Whether both sides of every equality are the same expression.
    pub symmetric: bool,
    /// Whether a row may have several keys.
    pub lists: bool,
    /// Columns whose agreement it fixes, wholly or in part.
    pub columns: BTreeSet<usize>,
    /// Columns that it asks to be equal as they are.
    pub equal: BTreeSet<usize>,
}

impl Rule {
    /// Keys of the rows of a batch as 64-bit hashes; none where a part is missing. Two different keys of
    /// one hash would only make a pair to compare that need not have been.
    pub fn keys(&self, batch: &RecordBatch, right: bool) -> Result<BatchKeys, LinkageError> {
        let keys = if right { &self.right } else { &self.left };
        let mut hashes = vec![SEED; batch.num_rows()];
        for key in keys.iter().filter(|key| !key.list) {
            mix_in(&mut hashes, &key.expression.evaluate(batch)?.into_array(batch.num_rows())?)?;
        }
        if !self.lists {
            return Ok(BatchKeys::One(hashes));
        }
        let mut found: Vec<Vec<u64>> = hashes.iter().map(|hash| vec![*hash]).collect();
        for key in keys.iter().filter(|key| key.list) {
            let lists = cast(&key.expression.evaluate(batch)?.into_array(batch.num_rows())?, &data_type(Kind::List))?;
            let lists = lists.as_list::<i32>();
            for (row, own) in found.iter_mut().enumerate() {
                if lists.is_null(row) || hashes[row] == 0 {
                    own.clear();
                    continue;
                }
                let items = lists.value(row);
                let mut each = vec![hashes[row]; items.len()];
                mix_in(&mut each, &items)?;
                *own = each;
            }
        }
        let mut shortened = 0;
        for own in &mut found {
            own.retain(|hash| *hash != 0);
            own.sort_unstable();
            own.dedup();
            shortened += u64::from(own.len() > KEYS);
            // The smallest hashes: rows that share most of their keys keep most of the same ones (Broder 1997).
            own.truncate(KEYS);
            own.shrink_to_fit();
        }
        Ok(BatchKeys::Many { rows: found, shortened })
    }
}

/// Keys of a row that are kept under one rule: the pairs of sixteen words.
const KEYS: usize = 120;

/// Where every key's hash begins.
const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Keys of the rows of a batch.
#[derive(Debug)]
pub(super) enum BatchKeys {
    /// One a row; 0 where there is none.
    One(Vec<u64>),
    /// Several a row, no more than [`KEYS`].
    Many {
        /// By row.
        rows: Vec<Vec<u64>>,
        /// Rows that had more.
        shortened: u64,
    },
}

/// Takes a column into the hashes of its rows; a missing value makes the hash 0 for good.
fn mix_in(hashes: &mut [u64], array: &ArrayRef) -> Result<(), LinkageError> {
    let array = match array.data_type() {
        DataType::LargeUtf8 | DataType::Utf8View => cast(array, &DataType::Utf8)?,
        kind if kind.is_numeric() => cast(array, &DataType::Float64)?,
        _ => Arc::clone(array),
    };
    if let Some(texts) = array.as_string_opt::<i32>() {
        for (hash, text) in hashes.iter_mut().zip(texts) {
            *hash = match text.filter(|text| !text.is_empty() && *hash != 0) {
                Some(text) => mix(*hash, text.as_bytes()),
                None => 0,
            };
        }
        return Ok(());
    }
    let converter = RowConverter::new(vec![SortField::new(array.data_type().clone())])?;
    let rows = converter.convert_columns(&[Arc::clone(&array)])?;
    for (i, (hash, row)) in hashes.iter_mut().zip(rows.iter()).enumerate() {
        *hash = if array.is_valid(i) && *hash != 0 { mix(*hash, row.as_ref()) } else { 0 };
    }
    Ok(())
}

/// XXH64: the same in every run.
pub(super) fn mix(seed: u64, value: &[u8]) -> u64 {
    twox_hash::XxHash64::oneshot(seed, value)
}

/// A condition over pairs of rows.
#[derive(Debug, Clone)]
pub(super) struct PairCondition {
    /// Columns it reads: whether of the right row, and which.
    pub columns: Vec<(bool, usize)>,
    schema: SchemaRef,
    expression: Arc<dyn PhysicalExpr>,
}

impl PairCondition {
    /// Whether it holds, pair by pair; null where it is unknown.
    pub fn evaluate(&self, rows: &Rows, pairs: &[(u32, u32)]) -> Result<BooleanArray, LinkageError> {
        let arrays = self
            .columns
            .iter()
            .map(|(right, at)| rows.columns[*at].take(pairs.iter().map(|(a, b)| if *right { *b } else { *a })));
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(pairs.len()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays.collect(), &options)?;
        let found = self.expression.evaluate(&batch)?.into_array(pairs.len())?;
        found.as_boolean_opt().cloned().ok_or_else(|| LinkageError::Engine("a condition must be true or false".into()))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;

    use super::*;

    #[test]
    fn a_long_text_has_no_more_keys_than_others_and_shares_them_with_its_like() {
        let columns = [Column::named("title")];
        let rule = Planner::new(&columns).rule("word_pairs(l.title) = word_pairs(r.title)").unwrap();
        let words = |from: usize, to: usize| (from..to).map(|i| format!("word{i}")).collect::<Vec<_>>().join(" ");
        // Thirty words make 435 pairs; the second text has two words of the first exchanged.
        let texts = StringArray::from(vec![words(0, 30), words(2, 32), words(0, 16)]);
        let batch = RecordBatch::try_new(schema(&columns), vec![Arc::new(texts)]).unwrap();
        let BatchKeys::Many { rows, shortened } = rule.keys(&batch, false).unwrap() else { panic!("keys of lists") };
        assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [KEYS; 3]);
        assert_eq!(shortened, 2);
        let shared = rows[0].iter().filter(|key| rows[1].contains(key)).count();
        assert!(shared > KEYS / 2, "{shared}");
    }
}
