//! Chinese addresses as parts: each name or number with the word that says what it is of
//! (`石桥镇` `柳树村` `3组` `12号`).

/// Words that end a part, from the large to the small, and what an agreement on such a part weighs.
const ENDS: [(&str, f64); 24] = [
    ("自治区", 0.2),
    ("省", 0.2),
    ("自治州", 0.3),
    ("地区", 0.3),
    ("市", 0.3),
    ("自治县", 0.4),
    ("县", 0.4),
    ("区", 0.4),
    ("街道", 0.8),
    ("镇", 0.8),
    ("乡", 0.8),
    ("社区", 1.2),
    ("村", 1.2),
    ("组", 1.0),
    ("屯", 1.0),
    ("大道", 1.2),
    ("路", 1.2),
    ("街", 1.2),
    ("巷", 1.2),
    ("弄", 1.2),
    ("号", 1.5),
    ("栋", 1.2),
    ("单元", 0.8),
    ("室", 1.5),
];
const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// The form for comparison: no blanks and dashes between parts, `幢` and `楼` as `栋`, Chinese numerals
/// before a number word as digits, `小区` and `花园` left as they are.
pub(in crate::identity::linkage) fn normal(text: &str) -> String {
    let bare: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，' | '、')).collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < bare.len() {
        let mut j = i;
        while j < bare.len() && (DIGITS.contains(&bare[j]) || bare[j] == '十' || bare[j] == '零') {
            j += 1;
        }
        if j > i
            && bare.get(j).is_some_and(|c| matches!(c, '号' | '栋' | '幢' | '组' | '室' | '单' | '队' | '楼' | '社'))
        {
            out.push_str(&numeral(&bare[i..j]));
            i = j;
            continue;
        }
        out.push(match bare[i] {
            '幢' | '楼' => '栋',
            '队' | '社' if bare.get(i + 1) != Some(&'区') && i > 0 && bare[i - 1].is_ascii_digit() => '组',
            '零' => '〇',
            c => c,
        });
        i += 1;
    }
    out
}

fn numeral(characters: &[char]) -> String {
    let digit = |c: &char| DIGITS.iter().position(|d| d == c).or((*c == '零').then_some(0));
    if let Some(ten) = characters.iter().position(|c| *c == '十') {
        let before = characters[..ten].iter().filter_map(digit).next_back().unwrap_or(1);
        let after = characters[ten + 1..].iter().filter_map(digit).next().unwrap_or(0);
        return (before * 10 + after).to_string();
    }
    characters.iter().filter_map(digit).map(|d| char::from(b'0' + d as u8)).collect()
}

/// Parts: text and the position of its word in [`ENDS`].
fn parts(address: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < address.len() {
        let rest = &address[at..];
        let end = ENDS.iter().position(|(word, _)| rest.starts_with(word) && at > start);
        match end {
            Some(kind) => {
                found.push((&address[start..at], kind));
                at += ENDS[kind].0.len();
                start = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    if start < address.len() {
        found.push((&address[start..], ENDS.len()));
    }
    found
}

/// Similarity, 0 to 1: weight of the parts in common over the weight of all, where a part that one
/// address leaves out counts a quarter (the province is often left out, the household number too).
pub(super) fn similarity(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let (a, b) = (parts(a), parts(b));
    let weight = |kind: usize| ENDS.get(kind).map_or(1.0, |end| end.1);
    let (mut shared, mut all) = (0.0, 0.0);
    for (text, kind) in &a {
        match b.iter().filter(|(_, k)| k == kind).map(|(other, _)| likeness(text, other)).reduce(f64::max) {
            Some(like) => {
                shared += like * weight(*kind);
                all += weight(*kind);
            }
            None => all += weight(*kind) / 4.0,
        }
    }
    all += b.iter().filter(|(_, kind)| a.iter().all(|(_, k)| k != kind)).map(|(_, k)| weight(*k) / 4.0).sum::<f64>();
    if all == 0.0 { 0.0 } else { (shared / all).min(1.0) }
}

fn likeness(a: &str, b: &str) -> f64 {
    if a == b {
        1.0
    } else if a.bytes().all(|c| c.is_ascii_digit()) || b.bytes().all(|c| c.is_ascii_digit()) {
        0.0
    } else {
        let like = super::text::edit_similarity(a, b, 0.5);
        if like >= 0.5 { like } else { 0.0 }
    }
}

/// [`similarity`] read from both sides, so that it is symmetric where a kind occurs twice.
pub(super) fn symmetric(a: &str, b: &str, _: f64) -> f64 {
    (similarity(a, b) + similarity(b, a)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(normal("柳树村 十二组３号".replace('３', "3").as_str()), "柳树村12组3号");
        assert!(symmetric("石桥镇柳树村3组12号", "柳树村3组12号", 0.0) > 0.9);
        assert!(symmetric("石桥镇柳树村3组12号", "石桥镇柳树村3组14号", 0.0) < 0.8);
        assert!(symmetric("石桥镇柳树村3组", "清水镇杨家村3组", 0.0) < 0.5);
    }
}
