//! What was inferred of a reference whose number is not plainly valid.

use crate::domain::id_number::IdFault;

/// How a reference with a faulty number was resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// One digit replaced, and the name agrees.
    RepairedDigit,
    /// Two neighbouring digits swapped, and the name agrees.
    RepairedSwap,
    /// Linked by probability: number and name together are nearly those of one person.
    Linked,
    /// A steward said whom it means.
    Confirmed,
    /// No person found: the text as met, with the name beside it, is a person of its own.
    Unresolved,
}

impl Method {
    /// The name used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RepairedDigit => "repaired_digit",
            Self::RepairedSwap => "repaired_swap",
            Self::Linked => "linked",
            Self::Confirmed => "confirmed",
            Self::Unresolved => "unresolved",
        }
    }

    /// Whether one slip explains the number.
    pub fn is_repair(self) -> bool {
        matches!(self, Self::RepairedDigit | Self::RepairedSwap)
    }

    /// The method of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::RepairedDigit, Self::RepairedSwap, Self::Linked, Self::Confirmed, Self::Unresolved]
            .into_iter()
            .find(|method| method.as_str() == name)
    }
}

/// What is known of a reference whose number was not plainly valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Inference {
    /// The number without spaces and signs, as met.
    pub normal_text: String,
    /// What is wrong with it; `None` for one of 15 digits, which tells nothing of itself.
    pub fault: Option<IdFault>,
    /// How it was resolved.
    pub method: Method,
    /// Probability that the link is right; `None` where there is no link.
    pub probability: Option<f64>,
    /// A person it may mean, for a steward to decide, and how probable that is.
    pub offered: Option<(i32, f64)>,
}

impl Inference {
    /// Of a faulty number that nobody was found for.
    pub fn unresolved(normal_text: String, fault: IdFault) -> Self {
        Self { normal_text, fault: Some(fault), method: Method::Unresolved, probability: None, offered: None }
    }
}
