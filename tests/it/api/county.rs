//! A made county small enough to write by hand and large enough to page through, imported, audited and
//! served. Made data only: the region does not exist.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;

use mingjing::api::{Server, Settings, StoreLimits};
use mingjing::domain::id_number::check_digit;
use mingjing::jobs::{AuditRequest, ImportRequest, Unobserved, audit, import};
use mingjing::query::EngineOptions;
use mingjing::query::library::Library;
use mingjing::snapshot::DataDir;
use serde_json::Value;
use tempfile::TempDir;

use super::client::{Answer, send};

const FAMILIES: usize = 60;

/// A valid ID number of the made county; every sixth person's is broken where `broken` says so.
pub fn id(person: usize) -> String {
    let text =
        format!("439931{}{:02}{:02}{:03}", 1950 + person % 40, 1 + person % 12, 1 + person % 28, 1 + person % 900);
    let digits: [u8; 17] = text.as_bytes().try_into().unwrap();
    // The function of the program is what tells a digit from a letter here.
    format!("{text}{}", char::from(check_digit(&digits)))
}

/// The name of a person of the made county.
pub fn name(person: usize) -> String {
    let family = ["赵", "钱", "孙", "李", "周", "吴", "郑"][person % 7];
    let given = ["伟", "芳", "娜", "敏", "静", "强", "磊", "军", "洋"][person % 9];
    format!("{family}{given}{}", ["一", "二", "三", "四", "五"][person % 5])
}

fn village(family: usize) -> &'static str {
    ["439931001001", "439931001002", "439931002001"][family % 3]
}

/// Writes the delivery. Every fourth head is dead and still paid (A01), every seventh family has a size
/// that does not fit (Q03), every ninth member has a number with a wrong check digit (Q01).
fn deliver(folder: &Path) {
    let mut region = String::from("区划代码,区划名称,级别,上级代码\n439931000000,临江县,县,\n");
    for (town, villages) in [("439931001000", ["439931001001", "439931001002"]), ("439931002000", ["439931002001", ""])]
    {
        writeln!(region, "{town},镇{town},乡镇,439931000000").unwrap();
        for village in villages.iter().filter(|v| !v.is_empty()) {
            writeln!(region, "{village},村{village},村,{town}").unwrap();
        }
    }
    let mut person = String::from("公民身份号码,姓名,性别,出生日期,户籍地区划,户口性质,户号,与户主关系\n");
    let mut household = String::from("家庭编号,居住地区划,户主身份证号,户主姓名,家庭人口\n");
    let mut member = String::from("家庭编号,身份证号,姓名,与申请人关系,加入日期\n");
    let mut award = String::from("待遇编号,申请编号,家庭编号,救助类型,保障人数,月保障金额,开始月份\n");
    let mut award_member = String::from("待遇编号,身份证号,姓名,开始月份\n");
    let mut account = String::from("银行账号,开户人身份证号,开户名,账户类型\n");
    let mut payment = String::from(
        "发放流水号,待遇编号,领取人身份证号,领取人姓名,银行账号,开户名,发放月份,发放金额,应发日期,发放日期,发放状态\n",
    );
    let mut death = String::from("身份证号,姓名,死亡日期,登记日期,来源\n");
    for family in 0..FAMILIES {
        let (head, other) = (family * 2, family * 2 + 1);
        let (head_id, mut other_id) = (id(head), id(other));
        for who in [head, other] {
            let number = id(who);
            let born = format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]);
            let sex = if (number.as_bytes()[16] - b'0') % 2 == 1 { "男" } else { "女" };
            let kin = if who == head { "户主" } else { "其他" };
            writeln!(person, "{number},{},{sex},{born},{},城镇,H{family:04},{kin}", name(who), village(family))
                .unwrap();
        }
        if family % 9 == 0 {
            let wrong = if other_id.ends_with('1') { '2' } else { '1' };
            other_id.replace_range(17.., &wrong.to_string());
        }
        let size = if family % 7 == 0 { 4 } else { 2 };
        writeln!(household, "JT{family:03},{},{head_id},{},{size}", village(family), name(head)).unwrap();
        writeln!(member, "JT{family:03},{head_id},{},本人,2020-01-01", name(head)).unwrap();
        writeln!(member, "JT{family:03},{other_id},{},其他,2020-01-01", name(other)).unwrap();
        writeln!(award, "DB{family:03},,JT{family:03},低保,2,{}.00,2023-06", 800 + family).unwrap();
        for (who, number) in [(head, &head_id), (other, &other_id)] {
            writeln!(award_member, "DB{family:03},{number},{},2023-06", name(who)).unwrap();
        }
        writeln!(account, "62122600000000{family:05},{head_id},{},银行卡", name(head)).unwrap();
        for month in 1..=6 {
            writeln!(
                payment,
                "FF{family:03}{month},DB{family:03},{head_id},{0},62122600000000{family:05},{0},2024-{month:02},{1}.00,2024-{month:02}-10,2024-{month:02}-10,已发放",
                name(head),
                800 + family
            )
            .unwrap();
        }
        if family % 4 == 0 {
            writeln!(
                death,
                "{head_id},{},2024-{:02}-05,2024-{:02}-06,户籍注销",
                name(head),
                1 + family % 3,
                1 + family % 3
            )
            .unwrap();
        }
    }
    for (name, text) in [
        ("行政区划.csv", region),
        ("户籍人口.csv", person),
        ("救助家庭.csv", household),
        ("家庭成员.csv", member),
        ("救助待遇.csv", award),
        ("保障人员.csv", award_member),
        ("银行账户.csv", account),
        ("发放明细.csv", payment),
        ("death.csv", death),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// A county that is served.
pub struct County {
    /// Where the server listens.
    pub address: SocketAddr,
    /// Id of the audit of everything.
    pub audit: String,
    folder: Arc<TempDir>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

fn options(data: &DataDir) -> EngineOptions {
    EngineOptions { memory: 512 << 20, partitions: 2, at_once: 2, spill_dir: data.spill_dir() }
}

impl County {
    /// Imports, audits and serves it.
    pub fn new() -> Self {
        Self::with(StoreLimits::default(), true)
    }

    /// The same with bounds for the store, and with or without an audit.
    pub fn with(store: StoreLimits, audited: bool) -> Self {
        Self::of(store, audited, &[])
    }

    /// A county that has more files, not audited.
    pub fn with_files(files: &[(&str, &str)]) -> Self {
        Self::of(StoreLimits::default(), false, files)
    }

    fn of(store: StoreLimits, audited: bool, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let exports = folder.path().join("exports");
        fs::create_dir(&exports).unwrap();
        deliver(&exports);
        for (name, text) in files {
            fs::write(exports.join(name), text).unwrap();
        }
        let data = DataDir::create(folder.path().join("data")).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let audit = runtime.block_on(async {
            let request = ImportRequest { paths: vec![exports], ..ImportRequest::default() };
            import(&data, &request, &options(&data), &Unobserved).await.unwrap();
            if !audited {
                return String::new();
            }
            let library = Library::built_in().await.unwrap();
            audit(&data, &library, &AuditRequest::default(), &options(&data), &Unobserved).await.unwrap().manifest.id
        });
        let mut county = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            audit,
            folder: Arc::new(folder),
            stop: None,
            server: None,
        };
        county.serve(data, store);
        county
    }

    /// Another server over the same data.
    pub fn beside(&self, store: StoreLimits) -> Self {
        let (folder, audit) = (Arc::clone(&self.folder), self.audit.clone());
        let data = DataDir::open(self.data()).unwrap();
        let mut county = Self { address: self.address, audit, folder, stop: None, server: None };
        county.serve(data, store);
        county
    }

    fn serve(&mut self, data: DataDir, store: StoreLimits) {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let server = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let engine = options(&data);
                let settings = Settings { data, listen: "127.0.0.1:0".parse().unwrap(), engine, store };
                let server = Server::bind(settings, Library::built_in().await.unwrap()).unwrap();
                tell.send(server.address()).unwrap();
                server.run(async { _ = stopped.await }).await.unwrap();
            });
        });
        self.address = told.recv().unwrap();
        (self.stop, self.server) = (Some(stop), Some(server));
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of the audit of everything.
    pub fn output(&self) -> PathBuf {
        self.data().join("audits").join(&self.audit)
    }

    /// Asks the server to stop and waits until it has.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            server.join().unwrap();
        }
    }

    /// GETs a path.
    pub fn get(&self, path: &str) -> Answer {
        send(self.address, "GET", path, &[], b"")
    }

    /// POSTs JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let bytes = serde_json::to_vec(body).unwrap();
        send(self.address, "POST", path, &[("Content-Type", "application/json")], &bytes)
    }
}

impl Drop for County {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}

/// The county that tests share which change nothing.
pub fn county() -> &'static County {
    static COUNTY: LazyLock<County> = LazyLock::new(County::new);
    &COUNTY
}
