//! Typed access to the arguments of a call, column or constant alike.

use datafusion::arrow::array::StringViewArray;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Int64Array, LargeStringArray, ListArray, StringArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::ColumnarValue;

/// The arguments of one call over `rows` rows.
pub(super) struct Arguments<'a> {
    values: &'a [ColumnarValue],
    rows: usize,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(values: &'a [ColumnarValue], rows: usize) -> Self {
        Self { values, rows }
    }

    /// Row numbers of the answer.
    pub(super) fn rows(&self) -> std::ops::Range<usize> {
        0..self.rows
    }

    fn value(&self, index: usize) -> Result<&'a ColumnarValue> {
        match self.values.get(index) {
            Some(value) => Ok(value),
            None => exec_err!("argument {} is missing", index + 1),
        }
    }

    /// A text argument.
    pub(super) fn text(&self, index: usize) -> Result<Text<'a>> {
        match self.value(index)? {
            ColumnarValue::Scalar(
                ScalarValue::Utf8(text) | ScalarValue::LargeUtf8(text) | ScalarValue::Utf8View(text),
            ) => Ok(Text::Constant(text.as_deref())),
            ColumnarValue::Scalar(ScalarValue::Null) => Ok(Text::Constant(None)),
            ColumnarValue::Array(array) => match array.data_type() {
                DataType::Utf8 => Ok(Text::Plain(array.as_string())),
                DataType::LargeUtf8 => Ok(Text::Large(array.as_string())),
                DataType::Utf8View => Ok(Text::View(array.as_string_view())),
                other => exec_err!("argument {} is {other}, not text", index + 1),
            },
            other => exec_err!("argument {} is {}, not text", index + 1, other.data_type()),
        }
    }

    /// A date argument, in days since 1970-01-01.
    pub(super) fn date(&self, index: usize) -> Result<Number<'a, i32>> {
        match self.value(index)? {
            ColumnarValue::Scalar(ScalarValue::Date32(day)) => Ok(Number::Constant(*day)),
            ColumnarValue::Scalar(ScalarValue::Null) => Ok(Number::Constant(None)),
            ColumnarValue::Array(array) => match array.as_primitive_opt::<Date32Type>() {
                Some(days) => Ok(Number::Days(days)),
                None => exec_err!("argument {} is {}, not a date", index + 1, array.data_type()),
            },
            other => exec_err!("argument {} is {}, not a date", index + 1, other.data_type()),
        }
    }

    /// A whole-number argument.
    pub(super) fn whole(&self, index: usize) -> Result<Number<'a, i64>> {
        match self.value(index)? {
            ColumnarValue::Scalar(scalar) => match scalar.cast_to(&DataType::Int64)? {
                ScalarValue::Int64(number) => Ok(Number::Constant(number)),
                other => exec_err!("argument {} is {}, not a whole number", index + 1, other.data_type()),
            },
            ColumnarValue::Array(array) => match array.data_type() {
                DataType::Int64 => Ok(Number::Plain(array.as_primitive::<Int64Type>())),
                _ => Ok(Number::Cast(cast(array, &DataType::Int64)?)),
            },
        }
    }

    /// A list of whole numbers.
    pub(super) fn wholes(&self, index: usize) -> Result<Wholes> {
        let array = self.value(index)?.to_array(self.rows)?;
        match cast(&array, &DataType::new_list(DataType::Int64, true)) {
            Ok(lists) => Ok(Wholes(lists.as_list().clone())),
            Err(_) => exec_err!("argument {} is {}, not a list of whole numbers", index + 1, array.data_type()),
        }
    }
}

/// Lists of whole numbers.
pub(super) struct Wholes(ListArray);

impl Wholes {
    /// The list of a row.
    pub(super) fn get(&self, row: usize) -> Option<Vec<Option<i64>>> {
        let list = self.0.is_valid(row).then(|| self.0.value(row))?;
        Some(list.as_primitive::<Int64Type>().iter().collect())
    }
}

/// A text argument.
pub(super) enum Text<'a> {
    Constant(Option<&'a str>),
    Plain(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
}

impl Text<'_> {
    /// The text of a row.
    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::Constant(text) => *text,
            Self::Plain(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Large(array) => array.is_valid(row).then(|| array.value(row)),
            Self::View(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }
}

/// A date or whole-number argument.
pub(super) enum Number<'a, T> {
    Constant(Option<T>),
    Days(&'a Date32Array),
    Plain(&'a Int64Array),
    Cast(ArrayRef),
}

impl Number<'_, i32> {
    /// The day of a row.
    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<i32> {
        match self {
            Self::Constant(day) => *day,
            Self::Days(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Plain(_) | Self::Cast(_) => None,
        }
    }
}

impl Number<'_, i64> {
    /// The number of a row.
    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::Constant(number) => *number,
            Self::Plain(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Cast(array) => {
                let array = array.as_primitive_opt::<Int64Type>()?;
                array.is_valid(row).then(|| array.value(row))
            }
            Self::Days(_) => None,
        }
    }
}
