//! Citizen identity numbers.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, StringArray};
use datafusion::common::Result;

use super::arguments::Arguments;
use super::function::{Body, Kind, Spec};
use crate::domain::id_number;

const NUMBER: &[(&str, Kind, &str)] =
    &[("id_number", Kind::Text, "an ID number as met: spaces and full-width digits do not matter")];

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "id_valid",
        arguments: NUMBER,
        returns: Kind::Bool,
        description: "Whether the text is a right ID number of GB 11643: 18 digits with region, birth date and check digit, or 15 of the old series.",
        example: "id_valid('11010519491231002x') → true; id_valid('110105194912310021') → false",
        body: Body::Plain(valid),
    },
    Spec {
        name: "id_fault",
        arguments: NUMBER,
        returns: Kind::Text,
        description: "The first fault of an ID number: length, characters, region, birth_date or checksum; null for a right one.",
        example: "id_fault('110105194912310021') → checksum; id_fault('11010519491231002X') → null",
        body: Body::Plain(fault),
    },
    Spec {
        name: "id_normal",
        arguments: NUMBER,
        returns: Kind::Text,
        description: "The number in 18 digits with a capital X, without spaces, in half width; a wrong one only tidied.",
        example: "id_normal(' 110105491231002') → 11010519491231002X",
        body: Body::Plain(normal),
    },
    Spec {
        name: "id_birth_date",
        arguments: NUMBER,
        returns: Kind::Date,
        description: "Birth date of a right number, else null. Protected: a rule that calls it names the law that makes age a criterion.",
        example: "id_birth_date('11010519491231002X') → 1949-12-31",
        body: Body::Plain(birth_date),
    },
    Spec {
        name: "id_sex",
        arguments: NUMBER,
        returns: Kind::Text,
        description: "Sex of a right number, male or female, else null. Protected: a rule that calls it names the law that makes sex a criterion.",
        example: "id_sex('11010519491231002X') → female",
        body: Body::Plain(sex),
    },
    Spec {
        name: "id_one_slip",
        arguments: &[("a", Kind::Text, "an ID number in its normal form"), ("b", Kind::Text, "another")],
        returns: Kind::Bool,
        description: "Whether two numbers of equal length differ by one slip of the pen: one character, or two adjacent ones swapped.",
        example: "id_one_slip('11010519491231002X', '11010519491213002X') → true; id_one_slip('11010519491231002X', '11010519491231002X') → false",
        body: Body::Plain(one_slip),
    },
];

fn valid(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let answer = |i| texts.get(i).map(|text| id_number::fault(text).is_none());
    Ok(Arc::new(arguments.rows().map(answer).collect::<BooleanArray>()))
}

fn fault(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let answer = |i| texts.get(i).and_then(id_number::fault).map(|fault| fault.as_str());
    Ok(Arc::new(arguments.rows().map(answer).collect::<StringArray>()))
}

fn normal(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let answer = |i| texts.get(i).map(|text| id_number::normalise(text).text);
    Ok(Arc::new(arguments.rows().map(answer).collect::<StringArray>()))
}

fn one_slip(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (a, b) = (arguments.text(0)?, arguments.text(1)?);
    let answer = |i| Some(id_number::slip(a.get(i)?, b.get(i)?).is_some());
    Ok(Arc::new(arguments.rows().map(answer).collect::<BooleanArray>()))
}

fn birth_date(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let answer = |i| texts.get(i).and_then(id_number::birth_date).map(|date| date.to_epoch_days());
    Ok(Arc::new(arguments.rows().map(answer).collect::<Date32Array>()))
}

fn sex(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let answer = |i| texts.get(i).and_then(id_number::sex).map(|sex| sex.as_str());
    Ok(Arc::new(arguments.rows().map(answer).collect::<StringArray>()))
}
