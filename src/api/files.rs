//! The output files of an audit, as they were written.

use std::path::Path;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures::Stream;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::request::RequestId;
use super::state::State;
use super::{Problem, trail};
use crate::model::spec::headers;
use crate::query::library::Header;

/// What an audit writes.
const FILES: [&str; 4] = ["findings", "evidence", "leads", "coverage"];
/// Forms that it writes, with their media types.
const FORMS: [(&str, &str); 2] = [("csv", "text/csv; charset=utf-8"), ("parquet", "application/vnd.apache.parquet")];
const CHUNK_BYTES: usize = 256 * 1024;

/// Downloads `findings`, `evidence`, `leads` or `coverage` as `.csv` or `.parquet`.
#[utoipa::path(get, path = "/api/v1/audits/{id}/files/{file}", tag = "audits", operation_id = "downloadFile",
    params(
        ("id" = String, Path, description = "审计编号或 latest · Id of an audit or a job, or `latest`"),
        ("file" = String, Path, description = "文件名 · findings, evidence, leads or coverage, `.csv` or `.parquet`", example = "leads.csv"),
    ),
    responses((status = 200, description = "文件 · The file", content(
        (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet")))))]
pub async fn download(
    state: web::Data<State>,
    names: web::Path<(String, String)>,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let (id, file) = names.into_inner();
    let unknown = || Problem::not_found("file", "文件", &file);
    // The name is taken from the list and never from the caller, so no path can be smuggled in.
    let (name, form) = file.split_once('.').ok_or_else(unknown)?;
    let name = FILES.into_iter().find(|known| *known == name).ok_or_else(unknown)?;
    let (form, media_type) = FORMS.into_iter().find(|(known, _)| *known == form).ok_or_else(unknown)?;
    let audit = web::block(move || state.finished(&id)).await??;
    let path = audit.path.join(format!("{name}.{form}"));
    let (handle, length) = open(&path).await.map_err(Problem::internal)?;
    let rows = audit.manifest.rows.get(name).copied().unwrap_or_default() as usize;
    trail::read(&request_id, &format!("file {name}.{form}"), &audit.manifest.id, rows, "download");
    let disposition = format!("attachment; filename=\"mingjing-{}-{name}.{form}\"", audit.manifest.id);
    let mut response = HttpResponse::Ok();
    response.content_type(media_type).insert_header((header::CONTENT_DISPOSITION, disposition));
    if form == "parquet" {
        // Already compressed inside.
        response.insert_header((header::CONTENT_ENCODING, "identity"));
    }
    Ok(response.body(actix_web::body::SizedStream::new(length, chunks(handle))))
}

/// The card of a model as it ran in this audit, in Markdown.
#[utoipa::path(get, path = "/api/v1/audits/{id}/cards/{model}", tag = "audits", operation_id = "getModelCard",
    params(
        ("id" = String, Path, description = "审计编号或 latest · Id of an audit or a job, or `latest`"),
        ("model" = String, Path, description = "模型编号 · Id or code of a model", example = "M01"),
    ),
    responses((status = 200, description = "模型卡 · The card", content((String = "text/markdown")))))]
pub async fn card(
    state: web::Data<State>,
    names: web::Path<(String, String)>,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let (id, model) = names.into_inner();
    let unknown = || Problem::not_found("card", "模型卡", &model);
    let of = |(id, header): (&String, &Header)| (*id == model || header.typology == model).then(|| id.clone());
    let name = headers().iter().find_map(of).ok_or_else(unknown)?;
    let audit = web::block(move || state.finished(&id)).await??;
    // A model that did not run in it has none.
    let text = tokio::fs::read_to_string(audit.path.join("cards").join(format!("{name}.md"))).await;
    let text = text.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => unknown(),
        _ => Problem::internal(error),
    })?;
    trail::read(&request_id, "model card", &audit.manifest.id, 1, &name);
    Ok(HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(text))
}

async fn open(path: &Path) -> std::io::Result<(File, u64)> {
    let file = File::open(path).await?;
    let length = file.metadata().await?.len();
    Ok((file, length))
}

fn chunks(file: File) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
    futures::stream::try_unfold(file, |mut file| async move {
        let mut buffer = BytesMut::with_capacity(CHUNK_BYTES);
        let read = file.read_buf(&mut buffer).await?;
        Ok((read > 0).then(|| (buffer.freeze(), file)))
    })
}
