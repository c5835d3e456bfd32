//! Functions of the engine whose answer can be far longer than what they are given. The memory pool does
//! not see what a function allocates, so `repeat('x', 1000000000)` would take a gigabyte beside it. Here
//! the size of the answer is known before it is made, whether the count is written or computed.
//!
//! What this does not bound is a text that is doubled again and again by `||`; its growth is linear in the
//! text that is already there.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::{cast, kernels::length::length};
use datafusion::arrow::datatypes::{DataType, FieldRef, Int64Type, IntervalMonthDayNanoType, IntervalUnit, TimeUnit};
use datafusion::common::{Result, exec_datafusion_err, exec_err};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use datafusion::prelude::SessionContext;

/// Bytes that one value may have: more than any text of a delivered row.
const VALUE_BYTES: f64 = (1 << 20) as f64;
/// Bytes that the values of one batch may have together.
const BATCH_BYTES: f64 = (256 << 20) as f64;

/// Bytes of the answer, row by row; one for all rows where none of the arguments is a column.
type Growth = fn(&[ColumnarValue]) -> Result<Vec<f64>>;

/// Reads of an argument what decides the size of the answer, row by row; of a constant, one.
type Measure = fn(&ColumnarValue) -> Result<Vec<f64>>;

const GROWING: [(&str, Growth); 9] = [
    ("repeat", |args| rows(args, [texts, counts], |[text, count]| text * count.max(1.0))),
    ("lpad", |args| rows(&args[1..], [counts], |[letters]| 4.0 * letters)),
    ("rpad", |args| rows(&args[1..], [counts], |[letters]| 4.0 * letters)),
    ("replace", |args| {
        rows(args, [texts, texts, texts], |[text, from, to]| text + from + (text / from.max(1.0) + 1.0) * to)
    }),
    ("regexp_replace", |args| rows(args, [texts, texts, texts], |[text, _, to]| text + (text + 1.0) * to)),
    ("array_repeat", |args| rows(args, [values, counts], |[value, count]| value * count)),
    ("array_resize", |args| {
        let value = args.get(2).map_or(Ok(vec![8.0]), values)?;
        let size = value.into_iter().fold(8.0, f64::max);
        rows(&args[1..], [counts], |[count]| size * count)
    }),
    ("range", series),
    ("generate_series", series),
];

/// Puts bounds on the engine's own functions that lack them.
pub fn bound(context: &SessionContext) -> Result<()> {
    for (name, growth) in GROWING {
        let inner = context.udf(name)?;
        context.register_udf(ScalarUDF::new_from_impl(Bounded { name, inner, growth: Grows(growth) }));
    }
    Ok(())
}

/// Bytes of each text.
fn texts(argument: &ColumnarValue) -> Result<Vec<f64>> {
    numbers(&length(&array(argument)?)?)
}

/// Counts; a negative one is none.
fn counts(argument: &ColumnarValue) -> Result<Vec<f64>> {
    Ok(numbers(&array(argument)?)?.into_iter().map(|count| count.max(0.0)).collect())
}

/// Bytes of a value, as they are on average.
fn values(argument: &ColumnarValue) -> Result<Vec<f64>> {
    let array = array(argument)?;
    let bytes = array.to_data().get_slice_memory_size()? as f64 / array.len().max(1) as f64;
    Ok(vec![bytes.max(8.0)])
}

/// Elements from a start (or 0) to a stop by a step (or 1): whole numbers, days or instants.
fn series(args: &[ColumnarValue]) -> Result<Vec<f64>> {
    let element =
        |[start, stop, step]: [f64; 3]| 8.0 * ((stop - start).abs() / step.abs().max(f64::MIN_POSITIVE) + 1.0);
    let given: Vec<Vec<f64>> = args.iter().map(instants).collect::<Result<_>>()?;
    let (zero, one) = (vec![0.0], vec![1.0]);
    match given.as_slice() {
        [stop] => Ok(joined([&zero, stop, &one], element)),
        [start, stop] => Ok(joined([start, stop, &one], element)),
        [start, stop, step] => Ok(joined([start, stop, step], element)),
        _ => Ok(Vec::new()),
    }
}

/// Whole numbers as they are; days, instants and steps between them in seconds. A month counts 28 days.
fn instants(argument: &ColumnarValue) -> Result<Vec<f64>> {
    let array = array(argument)?;
    match array.data_type() {
        DataType::Interval(_) => {
            let steps = cast(&array, &DataType::Interval(IntervalUnit::MonthDayNano))?;
            let steps = steps.as_primitive::<IntervalMonthDayNanoType>().iter();
            let seconds = steps.map(|step| {
                step.map_or(0.0, |s| {
                    (28.0 * f64::from(s.months) + f64::from(s.days)) * 86_400.0 + s.nanoseconds as f64 / 1e9
                })
            });
            Ok(seconds.collect())
        }
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            numbers(&cast(&array, &DataType::Timestamp(TimeUnit::Second, None))?)
        }
        _ => numbers(&array),
    }
}

fn array(argument: &ColumnarValue) -> Result<ArrayRef> {
    match argument {
        ColumnarValue::Array(array) => Ok(Arc::clone(array)),
        ColumnarValue::Scalar(value) => value.to_array_of_size(1),
    }
}

fn numbers(array: &ArrayRef) -> Result<Vec<f64>> {
    let whole = cast(array, &DataType::Int64)?;
    Ok(whole.as_primitive::<Int64Type>().iter().map(|number| number.unwrap_or_default() as f64).collect())
}

fn rows<const N: usize>(
    args: &[ColumnarValue],
    read: [Measure; N],
    bytes: impl Fn([f64; N]) -> f64,
) -> Result<Vec<f64>> {
    let mut given = [const { Vec::new() }; N];
    for (place, (argument, read)) in given.iter_mut().zip(args.iter().zip(read)) {
        *place = read(argument)?;
    }
    Ok(joined(given.each_ref(), bytes))
}

/// Row by row; what there is one of goes with every row.
fn joined<const N: usize>(given: [&Vec<f64>; N], bytes: impl Fn([f64; N]) -> f64) -> Vec<f64> {
    let rows = given.iter().map(|numbers| numbers.len()).max().unwrap_or(0);
    let at = |row: usize| given.map(|numbers| numbers.get(row).or(numbers.first()).copied().unwrap_or_default());
    (0..rows).map(|row| bytes(at(row))).collect()
}

/// A growth, compared by its function's name alone.
#[derive(Clone, Copy)]
struct Grows(Growth);

impl std::fmt::Debug for Grows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Grows")
    }
}

impl PartialEq for Grows {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Grows {}

impl std::hash::Hash for Grows {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// A function of the engine that refuses to answer at too great length.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    name: &'static str,
    inner: Arc<ScalarUDF>,
    growth: Grows,
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let sizes = (self.growth.0)(&args.args).map_err(|e| exec_datafusion_err!("{}: {e}", self.name))?;
        let one = sizes.iter().copied().fold(0.0, f64::max);
        let columns = args.args.iter().any(|argument| matches!(argument, ColumnarValue::Array(_)));
        let all = match sizes.as_slice() {
            [size] if columns => size * args.number_rows as f64,
            sizes => sizes.iter().sum(),
        };
        if one > VALUE_BYTES {
            return exec_err!("{}: the answer would have up to {one} bytes; a value may have 1 MiB", self.name);
        }
        if all > BATCH_BYTES {
            return exec_err!(
                "{}: {} answers would have up to {all} bytes; use shorter ones",
                self.name,
                args.number_rows
            );
        }
        self.inner.invoke_with_args(args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::util::display::array_value_to_string;

    #[expect(clippy::disallowed_methods, reason = "this is the query room")]
    async fn answer(expression: &str) -> std::result::Result<String, String> {
        let context = SessionContext::new();
        bound(&context).unwrap();
        let sql =
            format!("SELECT {expression} FROM (VALUES (1000000000, 'x'), (3, 'y')) AS t(n, x) ORDER BY n LIMIT 1");
        let frame = context.sql(&sql).await.map_err(|e| e.to_string())?;
        let batches = frame.collect().await.map_err(|e| e.to_string())?;
        Ok(array_value_to_string(batches[0].column(0), 0).unwrap())
    }

    #[tokio::test]
    async fn counts_written_or_computed_are_bounded() {
        for expression in [
            "repeat('x', 1000000000)",
            "repeat(x, n)",
            "repeat('x', CAST(1e9 AS BIGINT))",
            "lpad(x, n)",
            "rpad('x', 1000000000, '山')",
            "replace(repeat('x', 1000000), 'x', repeat('y', 1000))",
            "regexp_replace(repeat('x', 1000000), 'x', repeat('y', 1000), 'g')",
            "cardinality(array_repeat(x, n))",
            "cardinality(list_repeat('x', 1000000000))",
            "cardinality(array_resize([1], n, 0))",
            "cardinality(range(n))",
            "cardinality(range(1, 1000000000))",
            "cardinality(generate_series(1, -1000000000, -2))",
            "cardinality(generate_series(TIMESTAMP '2020-01-01', TIMESTAMP '2024-01-01', INTERVAL '1 second'))",
            "cardinality(range(DATE '0001-01-01', DATE '9000-01-01', INTERVAL '1 day'))",
        ] {
            let error = answer(expression).await.expect_err(expression);
            assert!(error.contains("the answer would have"), "{expression}: {error}");
        }
    }

    #[tokio::test]
    async fn what_is_short_is_answered_as_ever() {
        for (expression, expected) in [
            ("repeat('ab', 3)", "ababab"),
            ("repeat(x, n)", "yyy"),
            ("repeat('x', -1)", ""),
            ("repeat(x, NULL)", ""),
            ("length(repeat('x', 1000000))", "1000000"),
            ("lpad('7', 3, '0')", "007"),
            ("rpad(x, n, '山')", "y山山"),
            ("replace('a b c', ' ', '')", "abc"),
            ("regexp_replace('a1b22', '[0-9]+', '#', 'g')", "a#b#"),
            ("array_repeat(x, n)", "[y, y, y]"),
            ("array_resize([1], 3, 0)", "[1, 0, 0]"),
            ("range(n)", "[0, 1, 2]"),
            ("generate_series(1, 7, 3)", "[1, 4, 7]"),
            (
                "generate_series(DATE '2024-01-01', DATE '2024-03-01', INTERVAL '1 month')",
                "[2024-01-01, 2024-02-01, 2024-03-01]",
            ),
            ("cardinality(range(DATE '1900-01-01', DATE '2024-01-01', INTERVAL '1 day'))", "45290"),
        ] {
            // The row of 1000000000 is there too, so nothing may be made before the order is known.
            let expression = format!("CASE WHEN n < 10 THEN {expression} END");
            assert_eq!(answer(&expression).await.as_deref(), Ok(expected), "{expression}");
        }
    }
}
