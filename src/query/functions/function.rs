//! One shape for every scalar function: a [`Spec`] says what it is, [`Function`] hangs it into the engine.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::types::{NativeType, logical_date, logical_int64, logical_string};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::{
    Coercion, ColumnarValue, Documentation, DocumentationBuilder, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl,
    Signature, TypeSignatureClass, Volatility, scalar_doc_sections::DOC_SECTION_OTHER,
};

use super::FunctionEntry;
use super::arguments::Arguments;
use crate::query::LocalRules;

/// Type of an argument or an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Date,
    /// `Int64`.
    Whole,
    /// A list of whole numbers, an argument only.
    Wholes,
    /// `Int32`, an answer only.
    Small,
    Bool,
    Double,
}

impl Kind {
    fn sql(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Date => "DATE",
            Self::Whole => "BIGINT",
            Self::Wholes => "BIGINT[]",
            Self::Small => "INT",
            Self::Bool => "BOOLEAN",
            Self::Double => "DOUBLE",
        }
    }

    fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Date => DataType::Date32,
            Self::Whole => DataType::Int64,
            Self::Wholes => DataType::new_list(DataType::Int64, true),
            Self::Small => DataType::Int32,
            Self::Bool => DataType::Boolean,
            Self::Double => DataType::Float64,
        }
    }

    /// Text of every layout comes as it is; a text or a timestamp stands for a date, any integer for a
    /// whole number.
    fn coercion(self) -> Coercion {
        let text = TypeSignatureClass::Native(logical_string());
        match self {
            Self::Date => Coercion::new_implicit(
                TypeSignatureClass::Native(logical_date()),
                vec![TypeSignatureClass::Timestamp, text],
                NativeType::Date,
            ),
            Self::Whole | Self::Small => Coercion::new_implicit(
                TypeSignatureClass::Native(logical_int64()),
                vec![TypeSignatureClass::Integer],
                NativeType::Int64,
            ),
            // The body casts it.
            Self::Wholes => Coercion::new_exact(TypeSignatureClass::Any),
            Self::Text | Self::Bool | Self::Double => Coercion::new_exact(text),
        }
    }
}

/// What a function is.
#[derive(Debug)]
pub(super) struct Spec {
    pub name: &'static str,
    /// Name, type and meaning of every argument.
    pub arguments: &'static [(&'static str, Kind, &'static str)],
    pub returns: Kind,
    pub description: &'static str,
    /// `call → answer`, several separated by `; `; a test runs them.
    pub example: &'static str,
    pub body: Body,
}

/// How a function computes.
#[derive(Debug)]
pub(super) enum Body {
    /// From its arguments alone.
    Plain(fn(&Arguments<'_>) -> Result<ArrayRef>),
    /// From its arguments and the local parameters. `check` sees the parameter's name when the query is
    /// planned, so that a misspelt one fails there.
    Local {
        check: fn(&LocalRules, parameter: &str) -> Result<()>,
        run: fn(&Arguments<'_>, &LocalRules) -> Result<ArrayRef>,
    },
}

impl Spec {
    fn syntax(&self) -> String {
        let arguments: Vec<&str> = self.arguments.iter().map(|(name, ..)| *name).collect();
        format!("{}({})", self.name, arguments.join(", "))
    }

    pub(super) fn entry(&self) -> FunctionEntry {
        FunctionEntry {
            name: self.name,
            syntax: self.syntax(),
            description: self.description,
            arguments: self.arguments.iter().map(|(name, kind, meaning)| (*name, kind.sql(), *meaning)).collect(),
            returns: self.returns.sql(),
            example: self.example,
        }
    }

    fn documentation(&self) -> Documentation {
        let mut doc = DocumentationBuilder::new_with_details(DOC_SECTION_OTHER, self.description, self.syntax())
            .with_sql_example(self.example);
        for (name, _, meaning) in self.arguments {
            doc = doc.with_argument(*name, *meaning);
        }
        doc.build()
    }
}

/// A function of ours as the engine sees it.
#[derive(Debug)]
pub(super) struct Function {
    spec: &'static Spec,
    signature: Signature,
    documentation: Documentation,
    local: Arc<LocalRules>,
}

impl Function {
    pub(super) fn new(spec: &'static Spec, local: Arc<LocalRules>) -> Self {
        let kinds = spec.arguments.iter().map(|(_, kind, _)| kind.coercion()).collect();
        Self {
            spec,
            signature: Signature::coercible(kinds, Volatility::Immutable),
            documentation: spec.documentation(),
            local,
        }
    }
}

/// Two functions are one where the name is one and they answer from the same local parameters.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.spec.name == other.spec.name && Arc::ptr_eq(&self.local, &other.local)
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.spec.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.spec.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.spec.returns.arrow())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        if let Body::Local { check, .. } = &self.spec.body
            && let Some(Some(ScalarValue::Utf8(Some(name)) | ScalarValue::Utf8View(Some(name)))) =
                args.scalar_arguments.get(1)
        {
            check(&self.local, name)?;
        }
        Ok(Arc::new(Field::new(self.name(), self.spec.returns.arrow(), true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|a| matches!(a, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let arguments = Arguments::new(&args.args, rows);
        let answer = match &self.spec.body {
            Body::Plain(run) => run(&arguments),
            Body::Local { run, .. } => run(&arguments, &self.local),
        }
        .map_err(|e| DataFusionError::Context(self.spec.name.to_owned(), Box::new(e)))?;
        Ok(if constant {
            ColumnarValue::Scalar(ScalarValue::try_from_array(&answer, 0)?)
        } else {
            ColumnarValue::Array(answer)
        })
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}
