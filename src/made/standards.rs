//! What assistance amounts to: the standards of a county and the sums that follow from them. All in yuan.

use chrono::Datelike;

use super::Calendar;
use super::random::{Dice, Purpose};
use super::rows::{Code, Rows, Standard, Text};
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// The standards in force from a month on.
#[derive(Debug, Clone, Copy)]
struct Step {
    from: Month,
    rural: i64,
    urban: i64,
}

/// The standards of one county over the years. They rise every July.
#[derive(Debug, Clone)]
pub(super) struct Standards {
    steps: Vec<Step>,
    half_care: i64,
    full_care: i64,
}

/// Whole yuan as money.
pub(super) fn yuan(amount: i64) -> Fen {
    Fen(amount * 100)
}

impl Standards {
    pub(super) fn of(seed: u64, county: u32, calendar: &Calendar) -> Self {
        let mut dice = Dice::of(seed, Purpose::Place, (1 << 40) + u64::from(county));
        let (mut rural, mut urban) = (dice.between(48, 56) * 10, dice.between(68, 76) * 10);
        let mut steps = Vec::new();
        let first_year = calendar.first.first_day().year() - 4;
        for year in first_year..=calendar.last.first_day().year() {
            let from = Month((year - 1970) * 12 + 6);
            if from <= calendar.last {
                steps.push(Step { from, rural, urban });
            }
            rural += rural * dice.between(4, 7) / 100;
            urban += urban * dice.between(4, 7) / 100;
        }
        Self { steps, half_care: dice.round(200, 320, 10), full_care: dice.round(450, 700, 10) }
    }

    fn step(&self, month: Month) -> &Step {
        let after = self.steps.partition_point(|s| s.from <= month);
        &self.steps[after.max(1) - 1]
    }

    /// Months in which the standards rose.
    pub(super) fn raises(&self) -> impl Iterator<Item = Month> + '_ {
        self.steps.iter().skip(1).map(|s| s.from)
    }

    /// The dibao standard a person and month.
    pub(super) fn dibao(&self, hukou: Code, month: Month) -> i64 {
        let step = self.step(month);
        if hukou == "urban" { step.urban } else { step.rural }
    }

    /// What a dibao tier pays a person and month.
    fn tier(&self, hukou: Code, tier: Code, month: Month) -> i64 {
        let standard = self.dibao(hukou, month);
        match tier {
            "A" => standard,
            "B" => standard * 3 / 4,
            _ => standard * 11 / 20,
        }
    }

    /// The basic tekun standard: 1.3 times dibao, rounded up.
    fn tekun(&self, hukou: Code, month: Month) -> i64 {
        (self.dibao(hukou, month) * 13 + 9) / 10
    }

    /// What a benefit pays a month: by tier, or the standard of its persons less their income; for tekun
    /// the basic standard and the care on top of it.
    pub(super) fn amount(
        &self,
        programme: Code,
        hukou: Code,
        tier: Option<Code>,
        persons: i64,
        income: i64,
        month: Month,
    ) -> i64 {
        match (programme, tier) {
            ("tekun", Some("half_care")) => self.tekun(hukou, month) + self.half_care,
            ("tekun", Some("full_care")) => self.tekun(hukou, month) + self.full_care,
            ("tekun", _) => self.tekun(hukou, month),
            (_, Some(tier)) => self.tier(hukou, tier, month) * persons,
            (_, None) => (self.dibao(hukou, month) * persons - income).max(0),
        }
    }

    /// Writes the standards of the county.
    pub(super) fn write(&self, county: &Text, rows: &mut Rows) {
        for step in &self.steps {
            for hukou in ["rural", "urban"] {
                let mut add = |programme, tier, amount| {
                    rows.standard.push(Standard {
                        region_code: county.clone(),
                        programme,
                        hukou_kind: hukou,
                        tier,
                        from_month: step.from,
                        monthly_amount: yuan(amount),
                    });
                };
                add("dibao", None, self.dibao(hukou, step.from));
                if hukou == "rural" {
                    for tier in ["A", "B", "C"] {
                        add("dibao", Some(tier), self.tier(hukou, tier, step.from));
                    }
                }
                add("tekun", None, self.tekun(hukou, step.from));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::Settings;

    #[test]
    fn tekun_is_at_least_1_3_times_dibao_and_standards_rise() {
        let calendar = Settings::default().calendar();
        let standards = Standards::of(7, 0, &calendar);
        for month in (calendar.first.0 - 30..=calendar.last.0).map(Month) {
            for hukou in ["rural", "urban"] {
                let dibao = standards.dibao(hukou, month);
                assert!(standards.amount("tekun", hukou, Some("self_caring"), 1, 0, month) * 10 >= dibao * 13);
                assert!(standards.dibao(hukou, month.plus(12)) >= dibao);
            }
        }
        assert!(standards.raises().any(|m| m > calendar.first && m <= calendar.last));
    }
}
