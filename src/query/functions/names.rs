//! Personal names, account and telephone numbers.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, StringArray};
use datafusion::common::Result;

use super::arguments::Arguments;
use super::function::{Body, Kind, Spec};
use crate::domain::{account, name, phone};

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "name_normal",
        arguments: &[("name", Kind::Text, "a name as met")],
        returns: Kind::Text,
        description: "The form in which names are compared: without spaces, in half width, variant characters as their common form.",
        example: "name_normal(' 王　小明') → 王小明",
        body: Body::Plain(normal),
    },
    Spec {
        name: "names_match",
        arguments: &[("a", Kind::Text, "a name as met"), ("b", Kind::Text, "another")],
        returns: Kind::Bool,
        description: "Whether two names may be one person's: equal but for spaces, width and variant characters. Null where either is not known.",
        example: "names_match('王小明', '王 小明') → true; names_match('王小明', '李小明') → false",
        body: Body::Plain(matching),
    },
    Spec {
        name: "luhn_valid",
        arguments: &[("account_no", Kind::Text, "a card number")],
        returns: Kind::Bool,
        description: "Whether a card number has a right check digit (ISO/IEC 7812). Passbook numbers have none.",
        example: "luhn_valid('6217990135369628664') → true; luhn_valid('6217990135369628665') → false",
        body: Body::Plain(luhn),
    },
    Spec {
        name: "phone_normal",
        arguments: &[("phone", Kind::Text, "a telephone number as met")],
        returns: Kind::Text,
        description: "The form in which telephone numbers are compared: digits alone, without leading zeros and China's country code. Null where there is no digit.",
        example: "phone_normal('+86 139-0000-0001') → 13900000001; phone_normal('13900000001') → 13900000001",
        body: Body::Plain(telephone),
    },
];

fn telephone(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let numbers = arguments.text(0)?;
    let own = |i| numbers.get(i).map(phone::normal).filter(|number| !number.is_empty());
    Ok(Arc::new(arguments.rows().map(own).collect::<StringArray>()))
}

fn normal(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let names = arguments.text(0)?;
    Ok(Arc::new(arguments.rows().map(|i| names.get(i).map(name::normal)).collect::<StringArray>()))
}

fn matching(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (a, b) = (arguments.text(0)?, arguments.text(1)?);
    let answer = |i| {
        let (a, b) = (a.get(i)?, b.get(i)?);
        // Most names are written alike in every register.
        Some(a == b || name::agree(a, b))
    };
    Ok(Arc::new(arguments.rows().map(answer).collect::<BooleanArray>()))
}

fn luhn(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let numbers = arguments.text(0)?;
    Ok(Arc::new(arguments.rows().map(|i| numbers.get(i).map(account::luhn_valid)).collect::<BooleanArray>()))
}
