use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::contract::Queue;
use crate::jobs::visit_plan;
use crate::model::plan::{Budget, Planned, Reason, Weights};
use crate::snapshot::DataDir;

/// Plan.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Data folder
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Visits there are
    #[arg(long)]
    visits: f64,
    /// Only leads of this region and those inside it; may be given again
    #[arg(long, value_name = "CODE")]
    region: Vec<String>,
    /// Queue: irregularity, governance, exclusion or data_quality
    #[arg(long, default_value = "irregularity")]
    queue: Queue,
    /// Share of the visits that goes to leads drawn at random, 0 to 1, to the nearest whole visit: what they show
    /// corrects the ranking
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    random_share: f64,
    /// Seed of the draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What severity is worth beside money and what a check takes, with their sources, as
    /// models/plan/weights.toml [default: that file]
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Keep the present ranking, even where the one learnt from checked leads is better
    #[arg(long)]
    present_ranking: bool,
    /// Write the plan as CSV too
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    if !(args.visits.is_finite() && args.visits > 0.0) {
        super::wrong_call(&["plan"], &format!("--visits {}: a plan needs at least one visit", args.visits));
    }
    if !(0.0..=1.0).contains(&args.random_share) {
        super::wrong_call(&["plan"], &format!("--random-share {}: it must lie between 0 and 1", args.random_share));
    }
    let data = DataDir::open(&args.data)?;
    let budget = Budget { visits: args.visits, random_share: args.random_share, seed: args.seed };
    let weights = match &args.weights {
        None => Weights::own(),
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            Weights::parse(&text).map_err(|e| format!("{}: {e}", file.display()))
        }
    };
    let weights = weights.map_err(anyhow::Error::msg)?;
    let plan = visit_plan(&data, args.queue.as_str(), &args.region, &budget, &weights, !args.present_ranking)?;
    if plan.audit.is_empty() {
        bail!("there is no audit in {} yet; run `mingjing audit --data {}`", args.data.display(), args.data.display());
    }
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record([
        "place",
        "lead_id",
        "subject_kind",
        "subject_key",
        "region_code",
        "typologies",
        "reason",
        "likely",
        "probability",
        "amount",
        "severity",
        "visits",
        "expected_worth",
    ])?;
    let visits = |planned: &&Planned| plan.waiting[planned.candidate].candidate.visits;
    let (controls, ranked): (Vec<&Planned>, Vec<&Planned>) =
        plan.planned.iter().partition(|p| p.reason == Reason::Control);
    let (drawn, all) =
        (controls.iter().map(visits).sum::<f64>(), ranked.iter().chain(&controls).map(visits).sum::<f64>());
    println!(
        "审计 audit {}: 待查 waiting {} · 计划 planned {} · 走访 visits {all} (随机对照 random controls {}, 占走访 {:.0} % of the visits)",
        plan.audit,
        plan.waiting.len(),
        plan.planned.len(),
        controls.len(),
        100.0 * drawn / all.max(f64::MIN_POSITIVE),
    );
    if plan.learnt {
        println!(
            "按已核查线索学得的排序 ordered by the ranking learnt from checked leads (--present-ranking switches it off)"
        );
    }
    for (place, planned) in (1..).zip(&plan.planned) {
        let lead = &plan.waiting[planned.candidate];
        let c = &lead.candidate;
        let reason = match planned.reason {
            Reason::Worth => "worth",
            Reason::Control => "control",
        };
        println!(
            "{place:4} {:7} {}  {:12} {:20} {:12} p {:.2}  {:>12.2} 元  {}",
            reason,
            c.lead_id,
            lead.subject_kind.as_str(),
            lead.subject_key,
            lead.region_code,
            c.probability,
            c.amount_fen as f64 / 100.0,
            lead.typologies
        );
        table.write_record([
            &place.to_string(),
            &c.lead_id,
            lead.subject_kind.as_str(),
            &lead.subject_key,
            &lead.region_code,
            &lead.typologies,
            reason,
            &format!("{:.6}", planned.likely),
            &c.probability.to_string(),
            &format!("{:.2}", c.amount_fen as f64 / 100.0),
            &c.severity.to_string(),
            &c.visits.to_string(),
            &format!("{:.2}", planned.worth),
        ])?;
    }
    if let Some(out) = &args.out {
        std::fs::write(out, table.into_inner()?).with_context(|| format!("cannot write {}", out.display()))?;
    }
    Ok(())
}
