//! The contract's tables as row types. A test holds their columns against the contract.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};

use super::MadeError;
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// Text shared between rows: an ID number stands in a dozen of them.
pub(super) type Text = Arc<str>;
/// A canonical code.
pub(super) type Code = &'static str;

/// Takes the cells of a row, in the order of its columns.
pub(super) trait Cells {
    fn text(&mut self, value: Option<&str>);
    fn code(&mut self, value: Option<Code>);
    fn int(&mut self, value: Option<i32>);
    fn money(&mut self, value: Option<Fen>);
    fn fraction(&mut self, value: Option<f64>);
    fn flag(&mut self, value: Option<bool>);
    fn date(&mut self, value: Option<NaiveDate>);
    fn month(&mut self, value: Option<Month>);
    fn time(&mut self, value: Option<NaiveDateTime>);
}

/// A value that knows which kind of cell it is.
pub(super) trait Cell {
    fn put(value: Option<&Self>, cells: &mut impl Cells);
}

macro_rules! cells {
    ($($type:ty => |$cells:ident, $value:ident| $put:expr;)*) => {
        $(impl Cell for $type {
            fn put($value: Option<&Self>, $cells: &mut impl Cells) {
                $put
            }
        })*
    };
}

cells! {
    Text => |cells, value| cells.text(value.map(|v| &**v));
    Code => |cells, value| cells.code(value.copied());
    i32 => |cells, value| cells.int(value.copied());
    Fen => |cells, value| cells.money(value.copied());
    f64 => |cells, value| cells.fraction(value.copied());
    bool => |cells, value| cells.flag(value.copied());
    NaiveDate => |cells, value| cells.date(value.copied());
    Month => |cells, value| cells.month(value.copied());
    NaiveDateTime => |cells, value| cells.time(value.copied());
}

impl<T: Cell> Cell for Option<T> {
    fn put(value: Option<&Self>, cells: &mut impl Cells) {
        T::put(value.and_then(Option::as_ref), cells);
    }
}

/// A row of one table.
pub(super) trait Row {
    /// The table's canonical name.
    const TABLE: &'static str;
    /// Hands over the cells.
    fn put(&self, cells: &mut impl Cells);
}

/// Takes rows of any table and keeps none.
pub(super) trait RowSink {
    fn take<R: Row>(&mut self, rows: &[R]) -> Result<(), MadeError>;
}

macro_rules! tables {
    ($($table:ident $row:ident { $($column:ident: $type:ty),* $(,)? })*) => {
        $(
            #[derive(Debug, Clone)]
            pub(super) struct $row { $(pub(super) $column: $type),* }

            impl Row for $row {
                const TABLE: &'static str = stringify!($table);

                fn put(&self, cells: &mut impl Cells) {
                    $(Cell::put(Some(&self.$column), cells);)*
                }
            }
        )*

        /// Rows of every table on their way to the files.
        #[derive(Debug, Default)]
        pub(super) struct Rows { $(pub(super) $table: Vec<$row>),* }

        impl Rows {
            /// Hands everything over and is empty afterwards.
            pub(super) fn drain(&mut self, sink: &mut impl RowSink) -> Result<(), MadeError> {
                $(sink.take(&self.$table)?; self.$table.clear();)*
                Ok(())
            }
        }

        /// Table and columns of every row type.
        #[cfg(test)]
        pub(super) const SHAPES: &[(&str, &[&str])] = &[$((stringify!($table), &[$(stringify!($column)),*])),*];
    };
}

tables! {
    region Region { region_code: Text, name: Text, level: Code, parent_code: Option<Text> }
    person PersonRow {
        id_number: Text, name: Text, sex: Code, birth_date: NaiveDate, ethnicity: Text, region_code: Text,
        hukou_kind: Code, register_no: Text, relation_to_head: Code, address: Text, phone: Option<Text>,
        moved_in_on: Option<NaiveDate>,
    }
    kinship Kinship { id_number: Text, relative_id_number: Text, relation: Code, source: Code }
    marriage Marriage {
        id_number_a: Text, name_a: Text, id_number_b: Text, name_b: Text, registered_on: NaiveDate,
        dissolved_on: Option<NaiveDate>,
    }
    official Official {
        official_no: Text, id_number: Text, name: Text, organisation: Text, post: Text, level: Code,
        region_code: Text, from_date: NaiveDate, to_date: Option<NaiveDate>, phone: Option<Text>,
    }
    relative_declaration RelativeDeclaration {
        declaration_no: Text, official_no: Text, relative_id_number: Text, relative_name: Text, relation: Code,
        household_no: Text, declared_on: NaiveDate, visited_on: Option<NaiveDate>,
    }
    household HouseholdRow {
        household_no: Text, region_code: Text, head_id_number: Text, head_name: Text, family_size: i32,
        address: Text, phone: Option<Text>,
    }
    household_member HouseholdMember {
        household_no: Text, id_number: Text, name: Text, relation_to_head: Code, joined_on: NaiveDate,
        left_on: Option<NaiveDate>,
    }
    application ApplicationRow {
        application_no: Text, household_no: Text, programme: Code, applied_on: NaiveDate,
        accepted_on: Option<NaiveDate>, surveyed_on: Option<NaiveDate>, surveyor_1: Option<Text>,
        surveyor_2: Option<Text>, notice_from: Option<NaiveDate>, notice_to: Option<NaiveDate>,
        decided_on: Option<NaiveDate>, decision: Code, handler: Text, approver: Option<Text>,
        declared_income: Option<Fen>, emergency: bool, cause: Text,
    }
    award Award {
        award_no: Text, application_no: Option<Text>, household_no: Text, programme: Code, tier: Option<Code>,
        persons: i32, monthly_amount: Fen, start_month: Month, end_month: Option<Month>,
        last_review_on: Option<NaiveDate>, phase_out_from: Option<Month>, single_person: bool,
        stop_notice_on: Option<NaiveDate>,
    }
    award_member AwardMember {
        award_no: Text, id_number: Text, name: Text, from_month: Month, to_month: Option<Month>,
    }
    payment Payment {
        payment_no: Text, award_no: Text, payee_id_number: Text, payee_name: Text, account_no: Text,
        account_name: Text, month: Month, amount: Fen, due_on: NaiveDate, paid_on: Option<NaiveDate>,
        status: Code, batch_no: Text,
    }
    account Account {
        account_no: Text, holder_id_number: Text, holder_name: Text, bank: Text, kind: Code,
        opened_on: NaiveDate,
    }
    account_change AccountChange {
        changed_at: NaiveDateTime, award_no: Text, old_account_no: Text, new_account_no: Text, operator: Text,
    }
    account_transaction AccountTransaction {
        account_no: Text, at: NaiveDateTime, direction: Code, amount: Fen, channel: Code,
        terminal_no: Option<Text>, counter_account_no: Option<Text>, counter_name: Option<Text>,
    }
    custody_agreement CustodyAgreement {
        household_no: Text, custodian_id_number: Text, custodian_name: Text, account_no: Text,
        signed_on: Option<NaiveDate>, filed_on: Option<NaiveDate>,
    }
    standard Standard {
        region_code: Text, programme: Code, hukou_kind: Code, tier: Option<Code>, from_month: Month,
        monthly_amount: Fen,
    }
    local_rule LocalRule {
        region_code: Text, parameter: Text, value: Text, from_date: NaiveDate, to_date: Option<NaiveDate>,
    }
    vehicle Vehicle {
        plate_no: Text, owner_id_number: Text, owner_name: Text, kind: Code, price: Option<Fen>,
        registered_on: NaiveDate, deregistered_on: Option<NaiveDate>,
    }
    real_estate RealEstate {
        deed_no: Text, owner_id_number: Text, owner_name: Text, share: f64, r#use: Code, area: f64,
        registered_on: NaiveDate, deregistered_on: Option<NaiveDate>,
    }
    enterprise Enterprise {
        uscc: Text, name: Text, kind: Code, registered_capital: Fen, status: Code, founded_on: NaiveDate,
    }
    enterprise_role EnterpriseRole {
        uscc: Text, id_number: Text, name: Text, role: Code, share: Option<f64>, from_date: NaiveDate,
        to_date: Option<NaiveDate>,
    }
    employment Employment {
        id_number: Text, name: Text, employer: Text, employer_kind: Code, contribution_base: Fen,
        from_month: Month, to_month: Option<Month>,
    }
    pension Pension {
        id_number: Text, name: Text, kind: Code, monthly_amount: Fen, from_month: Month,
        to_month: Option<Month>,
    }
    deposit Deposit { id_number: Text, name: Text, as_of: NaiveDate, balance: Fen }
    death Death { id_number: Text, name: Text, died_on: NaiveDate, registered_on: NaiveDate, source: Code }
    detention Detention {
        id_number: Text, name: Text, kind: Code, from_date: NaiveDate, to_date: Option<NaiveDate>,
    }
    disability Disability {
        id_number: Text, name: Text, certificate_no: Text, category: Code, grade: i32, from_date: NaiveDate,
        to_date: Option<NaiveDate>,
    }
    medical_settlement MedicalSettlement {
        settlement_no: Text, id_number: Text, name: Text, hospital: Text, admitted_on: NaiveDate,
        discharged_on: NaiveDate, serious_illness: bool, total: Fen, insurance_paid: Fen,
        assistance_paid: Fen, self_paid: Fen,
    }
    institution Institution { institution_no: Text, name: Text, region_code: Text }
    institution_stay InstitutionStay {
        institution_no: Text, id_number: Text, name: Text, from_date: NaiveDate, to_date: Option<NaiveDate>,
    }
    fund_flow FundFlow {
        flow_no: Text, region_code: Text, programme: Code, month: Month, kind: Code, amount: Fen,
        flowed_on: NaiveDate, payee_name: Option<Text>, payee_account_no: Option<Text>, purpose: Text,
    }
    monitored Monitored {
        id_number: Text, name: Text, kind: Code, from_date: NaiveDate, to_date: Option<NaiveDate>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::contract;

    #[test]
    fn row_types_are_the_contracts_tables() {
        let shapes: Vec<(&str, Vec<&str>)> = contract()
            .tables
            .iter()
            .map(|t| (t.name.as_str(), t.columns.iter().map(|c| c.name.as_str()).collect()))
            .collect();
        let made: Vec<(&str, Vec<&str>)> =
            SHAPES.iter().map(|(t, c)| (*t, c.iter().map(|c| c.trim_start_matches("r#")).collect())).collect();
        assert_eq!(made, shapes);
    }
}
