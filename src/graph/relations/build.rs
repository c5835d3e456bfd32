//! The queries that fill the graph.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use futures::TryStreamExt;
use hashbrown::HashMap;

use super::Relations;
use super::gather::{Gathering, day};
use crate::query::{LocalRules, QueryError, Session};

const EDGES: &str = "SELECT a_kind, a_key, a_label, b_kind, b_key, b_label, kind, relation, from_date, to_date, row_edge, row_edge_2 FROM relation_edge";
const CHAINS: &str = "SELECT chain, relation, depth FROM kin_chain";
const PEOPLE: &str = "SELECT i.id_number, i.birth_date, min(p.sex) AS sex FROM identity AS i \
                      LEFT JOIN person AS p ON p.person_key = i.person_key AND p.sex IN ('male', 'female') \
                      WHERE i.id_number IS NOT NULL GROUP BY i.id_number, i.birth_date";
const HOMES: &str = "SELECT h.household_no, min(h.region_code) AS region_code, CAST(coalesce(max(p.fen), 0) AS BIGINT) AS fen \
                     FROM household AS h \
                     LEFT JOIN (SELECT household_key, sum(amount_fen) AS fen FROM payment WHERE status = 'paid' GROUP BY household_key) AS p \
                     ON p.household_key = h.household_key GROUP BY h.household_no";
const LINKS: &str = "SELECT q.row_id, i.id_number, min(q.probability) AS probability FROM identity_issue AS q \
                     JOIN identity AS i ON i.person_key = q.person_key \
                     WHERE q.probability < 1 AND i.id_number IS NOT NULL GROUP BY q.row_id, i.id_number";
const AS_OF: &str =
    "SELECT CAST(coalesce(day_add(month_after(max(month)), -1), DATE '1970-01-01') AS DATE) AS day FROM payment";

impl Relations {
    /// Builds the graph of a session's snapshot, row by row, whatever their order.
    pub async fn build(session: &Session) -> Result<Self, QueryError> {
        let mut gathering = Gathering::default();
        each(session, EDGES, |batch| gathering.add(batch)).await?;
        let mut relations = gathering.settle();
        each(session, CHAINS, |batch| relations.chains(batch)).await?;
        let mut local = Vec::new();
        each(session, "SELECT * FROM local_rule", |batch| local.push(batch.clone())).await?;
        relations.rules = LocalRules::from_batches(&local)?;
        each(session, AS_OF, |batch| relations.as_of = day(batch, 0, 0).unwrap_or(0)).await?;
        each(session, PEOPLE, |batch| relations.people(batch)).await?;
        let mut numbers = BTreeMap::new();
        each(session, HOMES, |batch| relations.homes(batch, &mut numbers)).await?;
        relations.limits()?;
        let mut links: HashMap<i64, Vec<(u32, f32)>> = HashMap::new();
        each(session, LINKS, |batch| relations.links(batch, &mut links)).await?;
        relations.doubt(&links);
        relations.finish();
        Ok(relations)
    }
}

async fn each(session: &Session, sql: &str, mut take: impl FnMut(&RecordBatch)) -> Result<(), QueryError> {
    let mut stream = session.sql(sql).await?.execute_stream().await.map_err(QueryError::engine)?;
    while let Some(batch) = stream.try_next().await.map_err(QueryError::engine)? {
        take(&batch);
    }
    Ok(())
}
