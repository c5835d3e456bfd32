//! From a request to a stream of bytes. Statements run on a runtime of their own; dropping a statement's
//! stream is what stops its plan, be it for time, for rows or because the caller has gone.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, SchemaRef};
use bytes::Bytes;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::DataFrame;
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::encode::{Encoder, Ending, Form, fitted};
use super::request::Asked;
use crate::api::request::RequestId;
use crate::api::{Problem, trail};
use crate::graph::relations::{self, LazyRelations, Relations};
use crate::query::{EngineOptions, PLANNING_STACK, QueryError, Session, memory_pool, plan_read_only};
use crate::snapshot::Snapshot;

/// Statements that run at once.
const AT_ONCE: usize = 4;
/// How long a statement waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Snapshots whose sessions are kept.
const SESSIONS: usize = 3;
/// Bytes of rows held back until the answer's head is sent: most answers end before, and then their head
/// tells how they ended.
const HELD_BYTES: usize = 8 << 20;
/// How long after its time a statement may still answer for itself, and a caller take the end of it.
const GRACE: Duration = Duration::from_millis(500);
/// Chunks that wait for a slow caller.
const CHUNKS: usize = 4;

/// Where statements come in.
pub struct SqlDoor {
    runtime: Option<Runtime>,
    places: Arc<Semaphore>,
    sessions: Arc<Sessions>,
}

impl Drop for SqlDoor {
    fn drop(&mut self) {
        // The last owner may be an async worker, where waiting for a runtime to end is not allowed.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An open snapshot: its session, and its graph, built when it is first asked for.
#[derive(Clone)]
struct Open {
    id: String,
    session: Session,
    graph: Arc<LazyRelations>,
}

/// The snapshots that are kept open, and the memory that all their statements share.
struct Sessions {
    options: EngineOptions,
    memory: Arc<dyn MemoryPool>,
    kept: Mutex<Vec<Open>>,
}

impl Sessions {
    /// A snapshot as it is kept open; of too many the one asked for longest ago is closed.
    async fn open(&self, snapshot: &Snapshot) -> Result<Open, QueryError> {
        let id = &snapshot.manifest.id;
        let mut kept = self.kept.lock().await;
        let open = match kept.iter().position(|held| held.id == *id) {
            Some(at) => kept.remove(at),
            None => {
                let session = Session::open_in(snapshot, &self.options, Arc::clone(&self.memory)).await?;
                let graph = Arc::new(LazyRelations::new(snapshot.clone(), self.options.clone()));
                relations::attach(&session, &graph);
                Open { id: id.clone(), session, graph }
            }
        };
        kept.push(open.clone());
        if kept.len() > SESSIONS {
            kept.remove(0);
        }
        Ok(open)
    }
}

/// The head of an answer, and its bytes.
pub struct Answer<S> {
    /// Whether there were more rows than the limit; `None` where it is not known yet.
    pub truncated: Option<bool>,
    /// Rows that the answer may have.
    pub limit: usize,
    /// Snapshot that was read.
    pub snapshot: String,
    /// The bytes.
    pub bytes: S,
}

type Chunk = Result<Bytes, Problem>;

/// What a statement hands to the answer.
enum Part {
    /// Some bytes, and more to come.
    More(Bytes),
    /// The last bytes, or why there are none.
    Last(Chunk),
}

/// The bytes of an answer. One that ends before its last part was broken off, and must not look whole.
fn bytes(parts: mpsc::Receiver<Part>) -> impl Stream<Item = Chunk> {
    futures::stream::unfold(Some(parts), |parts| async move {
        let mut parts = parts?;
        Some(match parts.recv().await {
            Some(Part::More(bytes)) => (Ok(bytes), Some(parts)),
            Some(Part::Last(last)) => (last, None),
            None => (Err(Problem::internal("the answer broke off")), None),
        })
    })
}

impl SqlDoor {
    /// Opens the door; nothing is read yet.
    pub fn open(options: EngineOptions) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(options.partitions.max(1))
            .thread_name("sql")
            // A statement of as many operators as are allowed is a tree as deep.
            .thread_stack_size(PLANNING_STACK)
            .enable_all()
            .build()?;
        let sessions = Sessions { memory: memory_pool(&options), options, kept: Mutex::default() };
        Ok(Self { runtime: Some(runtime), places: Arc::new(Semaphore::new(AT_ONCE)), sessions: Arc::new(sessions) })
    }

    /// The relationship graph of a snapshot: built by the first who asks, kept while the snapshot is kept open.
    pub async fn graph(&self, snapshot: Snapshot) -> Result<Arc<Relations>, Problem> {
        let runtime = self.runtime.as_ref().ok_or_else(|| Problem::internal("the SQL door is closed"))?;
        let sessions = Arc::clone(&self.sessions);
        let work = runtime.spawn(async move { sessions.open(&snapshot).await?.graph.get().await });
        Ok(work.await.map_err(Problem::internal)??)
    }

    /// Runs a statement. Comes back when the first rows are there or it has failed.
    pub async fn run(
        &self,
        snapshot: Snapshot,
        asked: Asked,
        form: Form,
        root: &Path,
        request_id: RequestId,
    ) -> Result<Answer<impl Stream<Item = Chunk> + use<>>, Problem> {
        let busy = || {
            Problem::new(
                "too-busy",
                "other statements are still running; try again soon",
                "其他查询正在执行，请稍后再试",
            )
            .retry_after(5)
        };
        let turn = Arc::clone(&self.places).acquire_owned();
        let place = tokio::time::timeout(PATIENCE, turn).await.map_err(|_| busy())?.map_err(Problem::internal)?;
        let (head, told) = oneshot::channel();
        let (chunks, received) = mpsc::channel(CHUNKS);
        let (limit, id) = (asked.limit, snapshot.manifest.id.clone());
        let (late, patience) = (late(asked.timeout), asked.timeout + GRACE);
        let work = Work {
            sessions: Arc::clone(&self.sessions),
            root: root.to_string_lossy().trim_start_matches('/').to_owned(),
            snapshot,
            asked,
            form,
            request_id,
            started: Instant::now(),
        };
        let runtime = self.runtime.as_ref().ok_or_else(|| Problem::internal("the SQL door is closed"))?;
        let running = runtime.spawn(work.run(place, head, chunks));
        // A plan that does not give way cannot tell that its time is over: it is told so from outside.
        let Ok(told) = tokio::time::timeout(patience, told).await else {
            running.abort();
            return Err(late);
        };
        let truncated = told.map_err(Problem::internal)??;
        Ok(Answer { truncated, limit, snapshot: id, bytes: bytes(received) })
    }
}

fn late(timeout: Duration) -> Problem {
    let ms = timeout.as_millis();
    Problem::new(
        "query-timeout",
        format!("stopped after {ms} ms; narrow the statement, or give a longer timeout_ms"),
        format!("已在{ms}毫秒后停止；请缩小范围，或加大 timeout_ms"),
    )
}

struct Work {
    sessions: Arc<Sessions>,
    /// The data folder as object paths spell it: nobody outside is told it.
    root: String,
    snapshot: Snapshot,
    asked: Asked,
    form: Form,
    request_id: RequestId,
    started: Instant,
}

/// Rows that come, counted and cut at the limit.
struct Rows {
    stream: SendableRecordBatchStream,
    schema: SchemaRef,
    left: usize,
    sent: usize,
    truncated: bool,
    explained: bool,
}

impl Work {
    async fn run(
        self,
        place: OwnedSemaphorePermit,
        head: oneshot::Sender<Result<Option<bool>, Problem>>,
        chunks: mpsc::Sender<Part>,
    ) {
        let deadline = tokio::time::Instant::now() + self.asked.timeout;
        let first =
            tokio::time::timeout_at(deadline, self.first()).await.unwrap_or_else(|_| Err(late(self.asked.timeout)));
        match first {
            Err(problem) => {
                // The caller may have gone; then nobody is there to be told.
                _ = head.send(Err(problem.without(&self.root)));
            }
            Ok((rows, held, ended, tables)) => {
                let sent = self.rest(rows, held, ended, deadline, head, &chunks).await;
                let digest = Sha256::digest(&self.asked.sql);
                let digest: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
                let how = format!("statement {digest} over {tables}");
                trail::read(&self.request_id, "sql", &self.snapshot.manifest.id, sent, &how);
            }
        }
        drop(place);
    }

    /// Plans and starts, and waits for the first rows.
    async fn first(&self) -> Result<(Rows, Vec<RecordBatch>, bool, String), Problem> {
        let session = self.sessions.open(&self.snapshot).await?.session;
        let frame = plan_read_only(&session, &self.asked.sql, &self.asked.parameters).await?;
        let tables = tables_read(frame.logical_plan());
        let explained = matches!(frame.logical_plan(), LogicalPlan::Explain(_));
        let frame = bounded(frame, self.asked.limit)?;
        let stream = frame.execute_stream().await.map_err(QueryError::engine)?;
        let schema = self.form.schema(&stream.schema());
        let mut rows = Rows { stream, schema, left: self.asked.limit, sent: 0, truncated: false, explained };
        let (mut held, mut bytes, mut ended) = (Vec::new(), 0, false);
        while bytes < HELD_BYTES && !ended {
            match rows.next(&self.root).await? {
                Some(batch) => {
                    bytes += batch.get_array_memory_size();
                    held.push(batch);
                }
                None => ended = true,
            }
        }
        Ok((rows, held, ended, tables))
    }

    /// Sends the head, what was held, and the rest as it comes. Returns how many rows were sent.
    async fn rest(
        &self,
        mut rows: Rows,
        held: Vec<RecordBatch>,
        ended: bool,
        deadline: tokio::time::Instant,
        head: oneshot::Sender<Result<Option<bool>, Problem>>,
        chunks: &mpsc::Sender<Part>,
    ) -> usize {
        let encoder = self.form.encoder(&rows.schema);
        let Ok(mut encoder) = encoder else {
            _ = head.send(Err(encoder.err().map_or_else(|| Problem::internal("no encoder"), Problem::internal)));
            return 0;
        };
        if head.send(Ok(ended.then_some(rows.truncated))).is_err() {
            return 0;
        }
        let sending = async {
            for batch in held {
                send(&mut *encoder, &batch, chunks).await?;
            }
            while !ended
                && let Some(batch) = tokio::select! {
                    next = rows.next(&self.root) => next?,
                    () = chunks.closed() => return Err(Problem::internal("the caller has gone")),
                }
            {
                send(&mut *encoder, &batch, chunks).await?;
            }
            Ok::<_, Problem>(())
        };
        let outcome =
            tokio::time::timeout_at(deadline, sending).await.unwrap_or_else(|_| Err(late(self.asked.timeout)));
        let problem = outcome.err().map(|problem| problem.without(&self.root).at("/api/v1/sql", &self.request_id.0));
        // The statement ends here, whether or not anybody takes what is left of its answer.
        let (sent, truncated) = (rows.sent, rows.truncated);
        drop(rows);
        let ending = Ending {
            rows: sent,
            truncated,
            elapsed_ms: self.started.elapsed().as_millis() as u64,
            problem: problem.clone(),
        };
        let last = match encoder.end(&ending) {
            Ok(Some(bytes)) => Ok(Bytes::from(bytes)),
            Ok(None) => Err(problem.unwrap_or_else(|| Problem::internal("the answer broke off"))),
            Err(error) => Err(Problem::internal(error)),
        };
        // A caller that has gone misses nothing; one that stalls has had its time, and keeps others out no longer.
        _ = tokio::time::timeout_at(deadline + GRACE, chunks.send(Part::Last(last))).await;
        sent
    }
}

async fn send(encoder: &mut dyn Encoder, batch: &RecordBatch, chunks: &mpsc::Sender<Part>) -> Result<(), Problem> {
    let bytes = encoder.batch(batch).map_err(Problem::internal)?;
    if bytes.is_empty() {
        return Ok(());
    }
    chunks.send(Part::More(Bytes::from(bytes))).await.map_err(|_| Problem::internal("the caller has gone"))
}

impl Rows {
    async fn next(&mut self, root: &str) -> Result<Option<RecordBatch>, Problem> {
        if self.truncated {
            return Ok(None);
        }
        let Some(batch) = self.stream.next().await else { return Ok(None) };
        let mut batch = batch.map_err(QueryError::engine)?;
        if batch.num_rows() > self.left {
            batch = batch.slice(0, self.left);
            self.truncated = true;
        }
        self.left -= batch.num_rows();
        self.sent += batch.num_rows();
        let batch = fitted(&batch, &self.schema).map_err(|e| QueryError::Engine(e.to_string()))?;
        Ok(Some(if self.explained { without_root(&batch, root)? } else { batch }))
    }
}

/// Asks the plan for one row more than may be sent: whether it comes tells whether rows were cut.
fn bounded(frame: DataFrame, limit: usize) -> Result<DataFrame, QueryError> {
    match frame.logical_plan() {
        // These stand at the root of a plan or nowhere.
        LogicalPlan::Explain(_) | LogicalPlan::DescribeTable(_) => Ok(frame),
        _ => frame.limit(0, Some(limit.saturating_add(1))).map_err(QueryError::statement),
    }
}

/// Names of the tables that a plan reads, for the trail.
fn tables_read(plan: &LogicalPlan) -> String {
    let mut tables = std::collections::BTreeSet::new();
    let walked = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            tables.insert(scan.table_name.table().to_owned());
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if walked.is_err() || tables.is_empty() {
        return "no table".to_owned();
    }
    tables.into_iter().collect::<Vec<_>>().join("+")
}

/// A plan in words names the files it reads; where the data folder lies is nobody's business.
fn without_root(batch: &RecordBatch, root: &str) -> Result<RecordBatch, Problem> {
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::Utf8 => {
            let texts = column.as_string::<i32>().iter();
            Arc::new(texts.map(|text| text.map(|t| t.replace(root, "data"))).collect::<StringArray>()) as _
        }
        _ => Arc::clone(column),
    });
    RecordBatch::try_new(batch.schema(), columns.collect()).map_err(Problem::internal)
}
