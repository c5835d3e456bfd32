//! stub
#![allow(missing_docs)]
use std::path::*;
use arrow::array::RecordBatch;
use crate::contract::Table;
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct IntakeError;
#[derive(Debug, Default)]
pub struct RawChunk;
impl RawChunk { pub fn rows(&self)->usize{0} pub fn bytes(&self)->usize{0} pub fn row_number(&self,_:usize)->u64{0} pub fn width(&self,_:usize)->usize{0} pub fn cell(&self,_:usize,_:usize)->&str{""} }
#[derive(Debug, Default, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Profile;
impl Profile { pub fn merge(&mut self,_:&Profile){} }
#[derive(Debug, Default, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SourceSummary { pub name: String, pub sha256: String }
#[derive(Debug)]
pub struct Source;
impl Source { pub fn header(&self)->&[String]{&[]} pub fn name(&self)->&str{""} pub fn table(&self)->&'static Table{loop{}} pub fn bytes(&self)->u64{0} pub fn summary(&self)->SourceSummary{Default::default()} 
 pub fn read(&self, _: &mut dyn FnMut(RawChunk)->Result<(),IntakeError>) -> Result<u64, IntakeError> {Ok(0)} }
#[derive(Debug)]
pub struct Kind; impl Kind { pub fn as_str(&self)->&str{""} }
#[derive(Debug)]
pub struct Rejected { pub row_number:u64, pub column: Option<&'static str>, pub kind: Kind, pub reason_zh:String, pub reason_en:String, pub raw:String }
pub struct Parsed { pub batch: RecordBatch, pub rejected: Vec<Rejected>, pub profile: Profile }
pub fn parse(_:&Source,_:&RawChunk)->Parsed{loop{}}
#[derive(Debug, Default)]
pub struct Mapping; impl Mapping { pub fn load(_:&Path)->Result<Self,IntakeError>{Ok(Self)} }
pub fn discover(_:&[PathBuf])->Result<Vec<PathBuf>,IntakeError>{Ok(vec![])}
pub fn open(_:&[PathBuf],_:&Mapping)->Result<Vec<Source>,IntakeError>{Ok(vec![])}
