//! What the tests share: the program, small deliveries, and what came out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use tempfile::TempDir;

/// Runs the program.
pub fn mingjing<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingjing")).args(args).env_remove("MINGJING_LOG").output().unwrap()
}

/// Runs the program, which must succeed; returns what it printed.
pub fn done<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> String {
    let output = mingjing(args);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "exit {:?}\n{out}\n{err}", output.status.code());
    out
}

/// Runs the program, which must fail with exit code 1; returns what it complained of.
pub fn failed<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> String {
    let output = mingjing(args);
    assert_eq!(output.status.code(), Some(1), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stderr)
}

/// Runs the program on a call that means nothing, which must end with exit code 2; returns what it complained of.
pub fn refused<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> String {
    let output = mingjing(args);
    assert_eq!(output.status.code(), Some(2), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stderr)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder of fixtures.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Rows of a CSV file by header.
pub fn csv_rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// A delivery in a folder of its own, and a data folder beside it.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// An empty desk.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("exports")).unwrap();
        Self { folder }
    }

    /// An empty desk that stays until the next run makes it anew: for what many tests read.
    pub fn kept(name: &str) -> Self {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let _ = fs::remove_dir_all(place.join(name));
        let folder = tempfile::Builder::new().prefix(name).rand_bytes(0).tempdir_in(place).unwrap();
        fs::create_dir(folder.path().join("exports")).unwrap();
        Self { folder }
    }

    /// A desk with the smallest delivery that imports and raises nothing: one family of two, three months.
    pub fn small() -> Self {
        let desk = Self::new();
        desk.file("行政区划.csv", REGION);
        desk.file("户籍人口.csv", PERSON);
        desk.file("救助家庭.csv", HOUSEHOLD);
        desk.file("家庭成员.csv", MEMBER);
        desk.file("救助待遇.csv", AWARD);
        desk.file("保障人员.csv", AWARD_MEMBER);
        desk.file("发放明细.csv", &payments(&["2024-01", "2024-02", "2024-03"]));
        desk.file("银行账户.csv", ACCOUNT);
        desk
    }

    /// Writes a delivered file.
    pub fn file(&self, name: &str, text: &str) {
        fs::write(self.exports().join(name), text).unwrap();
    }

    /// Where deliveries stand.
    pub fn exports(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A path beside both.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Imports paths; returns the manifest.
    pub fn import(&self, paths: &[PathBuf], options: &[&str]) -> serde_json::Value {
        let mut args = vec!["import".to_owned(), "--json".to_owned(), "--data".to_owned()];
        args.push(self.data().display().to_string());
        args.extend(paths.iter().map(|p| p.display().to_string()));
        args.extend(options.iter().map(|o| (*o).to_owned()));
        serde_json::from_str(&done(&args)).unwrap()
    }

    /// Imports the exports.
    pub fn import_all(&self) -> serde_json::Value {
        self.import(&[self.exports()], &[])
    }

    /// Answers a query as CSV lines without the header.
    pub fn query(&self, sql: &str) -> Vec<String> {
        let data = self.data().display().to_string();
        let out = done(&["query", "--format", "csv", "--data", &data, sql]);
        out.lines().skip(1).map(str::to_owned).collect()
    }

    /// Audits; returns the folder of the output tables.
    pub fn audit(&self, options: &[&str]) -> PathBuf {
        self.audit_to("out", options)
    }

    /// Audits; returns the folder of the output tables, which has this name.
    pub fn audit_to(&self, name: &str, options: &[&str]) -> PathBuf {
        let (data, out) = (self.data().display().to_string(), self.path(name));
        let _ = fs::remove_dir_all(&out);
        let out_text = out.display().to_string();
        let mut args = vec!["audit", "--json", "--data", &data, "--out", &out_text];
        args.extend(options);
        done(&args);
        out
    }
}

/// Made people of the small delivery: 曾建华 heads the family, 李顺昌 is the other member.
pub const ZENG: &str = "439931195908030117";
/// See [`ZENG`].
pub const LI: &str = "439931194810040152";

const REGION: &str = "\
区划代码,区划名称,级别,上级代码
439931000000,临江县,县,
439931001000,高桥街道,乡镇,439931000000
439931001001,樟树社区,村,439931001000
";
const PERSON: &str = "\
公民身份号码,姓名,性别,出生日期,户籍地区划,户口性质,户号,与户主关系
439931195908030117,曾建华,男,1959-08-03,439931001001,城镇,0010010001,户主
439931194810040152,李顺昌,男,1948-10-04,439931001001,城镇,0010010001,其他
";
const HOUSEHOLD: &str = "\
家庭编号,居住地区划,户主身份证号,户主姓名,家庭人口
JT1,439931001001,439931195908030117,曾建华,2
";
const MEMBER: &str = "\
家庭编号,身份证号,姓名,与申请人关系,加入日期
JT1,439931195908030117,曾建华,本人,2020-01-01
JT1,439931194810040152,李顺昌,其他,2020-01-01
";
const AWARD: &str = "\
待遇编号,申请编号,家庭编号,救助类型,保障人数,月保障金额,开始月份
DB1,,JT1,低保,2,800.00,2023-06
";
const AWARD_MEMBER: &str = "\
待遇编号,身份证号,姓名,开始月份
DB1,439931195908030117,曾建华,2023-06
DB1,439931194810040152,李顺昌,2023-06
";
const ACCOUNT: &str = "\
银行账号,开户人身份证号,开户名,账户类型
6212260000826574154,439931195908030117,曾建华,银行卡
";

/// Payments of the small delivery for some months.
pub fn payments(months: &[&str]) -> String {
    let mut text = String::from(
        "发放流水号,待遇编号,领取人身份证号,领取人姓名,银行账号,开户名,发放月份,发放金额,应发日期,发放日期,发放状态\n",
    );
    for month in months {
        text.push_str(&format!(
            "FF{month},DB1,439931195908030117,曾建华,6212260000826574154,曾建华,{month},800.00,{month}-10,{month}-10,已发放\n"
        ));
    }
    text
}

/// Rows of an output table, cells by header.
pub type Rows = Vec<BTreeMap<String, String>>;

/// The findings among the output tables of an audit.
pub fn findings(out: &Path) -> Rows {
    csv_rows(&out.join("findings.csv"))
}

/// The fixture county, imported once, and the output tables of one whole audit of it.
pub fn audited_county() -> (&'static Desk, &'static Path) {
    static COUNTY: LazyLock<(Desk, PathBuf)> = LazyLock::new(|| {
        let desk = Desk::kept("audited-county");
        desk.import(&[fixture("county/exports")], &[]);
        let out = desk.audit(&["--partitions", "2"]);
        (desk, out)
    });
    (&COUNTY.0, &COUNTY.1)
}
