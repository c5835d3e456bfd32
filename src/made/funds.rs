//! The money of a township as it came from above, went on to the people and went back.

use std::collections::BTreeMap;

use chrono::Days;

use super::numbers::Series;
use super::rows::{Code, FundFlow, Text};
use super::township::Township;
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// What happened to the money of a programme and month, where it was not simply spent. Shares are
/// hundredths of what was spent.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    /// So much more came and was never paid out.
    Held(i64),
    /// So much more came and went to that name and account, for that purpose.
    Transferred { share: i64, payee: (Text, Text), purpose: &'static str },
    /// So much was paid out weeks later, in the time that is allowed.
    LaterRest(i64),
}

/// The fates of a township's money, by programme and month.
pub(super) type Fates = BTreeMap<(Code, Month), Fate>;

/// One movement of money.
struct Flow {
    kind: Code,
    amount: i64,
    /// Days after the first of the month.
    after: u64,
    payee: Option<(Text, Option<Text>)>,
    purpose: &'static str,
}

impl Township<'_> {
    /// The money of each programme and month as it came, went on and went back.
    pub(super) fn flows(&mut self) {
        for ((programme, month), spent) in std::mem::take(&mut self.spent) {
            let fate = self.fates.remove(&(programme, month));
            for flow in self.month_flows(spent, fate) {
                let flow_no = self.numbers.label("ZJ", Series::Flow);
                let (payee_name, payee_account_no) = flow.payee.unzip();
                self.rows.fund_flow.push(FundFlow {
                    flow_no,
                    region_code: self.place.code.clone(),
                    programme,
                    month,
                    kind: flow.kind,
                    amount: Fen(flow.amount),
                    flowed_on: month.first_day() + Days::new(flow.after),
                    payee_name,
                    payee_account_no: payee_account_no.flatten(),
                    purpose: flow.purpose.into(),
                });
            }
        }
    }

    fn month_flows(&mut self, spent: i64, fate: Option<Fate>) -> Vec<Flow> {
        let rest = spent / 10_000 * self.dice.between(0, 3);
        let part = |share: i64| spent * share / 100;
        let (came, later) = (self.dice.between(1, 5) as u64, self.dice.between(18, 26) as u64);
        let agent = || Some(("社会化发放代发户".into(), None));
        let disbursed =
            |amount, after| Flow {
                kind: "disbursed", amount, after, payee: agent(), purpose: "发放困难群众救助资金"
            };
        let more = match fate {
            Some(Fate::Held(share) | Fate::Transferred { share, .. }) => part(share),
            _ => 0,
        };
        let purpose = "下达困难群众救助资金";
        let mut flows =
            vec![Flow { kind: "allocated", amount: spent + rest + more, after: came, payee: None, purpose }];
        match fate {
            Some(Fate::LaterRest(share)) => {
                flows.extend([disbursed(spent - part(share), 9), disbursed(part(share), 30 + later)]);
            }
            Some(Fate::Transferred { payee: (name, account), purpose, .. }) => {
                let payee = Some((name, Some(account)));
                flows.push(disbursed(spent, 9));
                flows.push(Flow { kind: "transferred", amount: more, after: later - 4, payee, purpose });
            }
            _ => flows.push(disbursed(spent, 9)),
        }
        if rest > 0 {
            let payee = Some(("县财政局".into(), None));
            flows.push(Flow { kind: "returned", amount: rest, after: later, payee, purpose: "结余上缴" });
        }
        flows
    }
}
