//! JSON in and out, and which form of an answer a caller takes.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Problem;

/// The media type that a body claims, without its parameters.
pub fn media_type(request: &HttpRequest) -> String {
    let claimed = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    claimed.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Reads a JSON body; what is wrong with it is told with its path.
pub fn read<T: DeserializeOwned>(request: &HttpRequest, body: &[u8]) -> Result<T, Problem> {
    if media_type(request) != "application/json" {
        return Err(Problem::new(
            "unsupported-media-type",
            "send JSON with Content-Type: application/json",
            "请发送JSON，并注明 Content-Type: application/json",
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let place = error.path().to_string();
        let text = if place == "." { error.inner().to_string() } else { format!("{place}: {}", error.inner()) };
        let zh = format!("JSON有误：{text}");
        Problem::new("bad-body", text, zh)
    })
}

/// Writes JSON.
pub fn json(value: &impl Serialize) -> Result<HttpResponse, Problem> {
    let text = serde_json::to_vec(value).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(text))
}

/// Of the forms on offer the one that the caller likes best; of equals the first offered. No `Accept` at
/// all takes the first.
pub fn accepted<'a>(request: &HttpRequest, offered: &[&'a str]) -> Result<&'a str, Problem> {
    let accept: Vec<&str> = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).collect();
    let accept = accept.join(",");
    choose(&accept, offered).ok_or_else(|| {
        let forms = offered.join(", ");
        let zh = format!("可提供的格式：{forms}");
        Problem::new("not-acceptable", format!("forms on offer: {forms}"), zh)
    })
}

fn choose<'a>(accept: &str, offered: &[&'a str]) -> Option<&'a str> {
    if accept.trim().is_empty() {
        return offered.first().copied();
    }
    let mut best: Option<(f32, &'a str)> = None;
    for form in offered {
        // The most exact range that fits decides how much the form is liked.
        let mut liked: Option<(u8, f32)> = None;
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or("").to_ascii_lowercase();
            let weight = parts.find_map(|p| p.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok()).unwrap_or(0.0);
            let exactness = match name.as_str() {
                "*/*" => 1,
                name if name == *form => 3,
                name if name.strip_suffix("/*").is_some_and(|kind| form.split('/').next() == Some(kind)) => 2,
                _ => continue,
            };
            if liked.is_none_or(|(e, _)| exactness > e) {
                liked = Some((exactness, weight));
            }
        }
        if let Some((_, weight)) = liked.filter(|(_, weight)| *weight > 0.0)
            && best.is_none_or(|(b, _)| weight > b)
        {
            best = Some((weight, form));
        }
    }
    best.map(|(_, form)| form)
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn forms_are_chosen_by_liking_and_exactness() {
        let offered = ["application/json", "text/csv"];
        let chosen = |accept| choose(accept, &offered);
        assert_eq!(chosen(""), Some("application/json"));
        assert_eq!(chosen("*/*"), Some("application/json"));
        assert_eq!(chosen("text/csv"), Some("text/csv"));
        assert_eq!(chosen("text/*, application/json;q=0.5"), Some("text/csv"));
        assert_eq!(chosen("application/json;q=0, */*"), Some("text/csv"));
        assert_eq!(chosen("image/png"), None);
    }
}
