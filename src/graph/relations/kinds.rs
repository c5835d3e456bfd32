//! Kinds of nodes and edges, and their names for people.

/// A kind of node: its name in SQL and addresses, in Chinese and in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NodeKind {
    /// A person, by ID number.
    Person,
    /// An assisted or applying household.
    Household,
    /// A term of office.
    Official,
    /// A bank account.
    Account,
    /// A phone number.
    Phone,
    /// An address.
    Address,
    /// A market entity.
    Enterprise,
    /// A household-register book (户口簿).
    Register,
    /// A support institution.
    Institution,
    /// An application.
    Application,
    /// An award.
    Award,
}

impl NodeKind {
    /// Every kind; nodes are numbered in this order.
    pub const ALL: [Self; 11] = [
        Self::Person,
        Self::Household,
        Self::Official,
        Self::Account,
        Self::Phone,
        Self::Address,
        Self::Enterprise,
        Self::Register,
        Self::Institution,
        Self::Application,
        Self::Award,
    ];

    const NAMES: [(&'static str, &'static str, &'static str); 11] = [
        ("person", "人员", "person"),
        ("household", "家庭", "household"),
        ("official", "岗位", "post"),
        ("account", "账户", "account"),
        ("phone", "电话", "phone"),
        ("address", "住址", "address"),
        ("enterprise", "企业", "enterprise"),
        ("register", "户口簿", "register book"),
        ("institution", "供养机构", "institution"),
        ("application", "申请", "application"),
        ("award", "待遇", "award"),
    ];

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        let at = Self::NAMES.iter().position(|(own, _, _)| *own == name)?;
        Self::ALL.get(at).copied()
    }

    /// Its name in SQL and addresses.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// In Chinese.
    pub fn zh(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// In English.
    pub fn en(self) -> &'static str {
        Self::NAMES[self as usize].2
    }

    /// Whether many may share it, so that sharing it says the less the more do.
    pub fn is_thing(self) -> bool {
        matches!(
            self,
            Self::Account | Self::Phone | Self::Address | Self::Enterprise | Self::Register | Self::Institution
        )
    }
}

/// A kind of edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EdgeKind {
    /// Kinship that a register states.
    Kin,
    /// A person has a phone, an address, an account or an enterprise.
    Holds,
    /// The roster of officials gives a person this phone.
    Contact,
    /// A person holds a post.
    Post,
    /// A person belongs to an assisted household.
    Member,
    /// A person collects a household's money.
    Payee,
    /// A household uses a thing.
    Uses,
    /// A person is a household's custodian by a written agreement.
    Custodian,
    /// A person stands in a register book.
    Listed,
    /// A person stays in an institution.
    Stays,
    /// An official declared a relative.
    Declared,
    /// A household filed an application.
    Filed,
    /// An official took part in an application.
    Decided,
    /// An application or household led to an award.
    Granted,
}

impl EdgeKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::Kin,
        Self::Holds,
        Self::Contact,
        Self::Post,
        Self::Member,
        Self::Payee,
        Self::Uses,
        Self::Custodian,
        Self::Listed,
        Self::Stays,
        Self::Declared,
        Self::Filed,
        Self::Decided,
        Self::Granted,
    ];

    const NAMES: [(&'static str, &'static str, &'static str); 14] = [
        ("kin", "亲属", "kin"),
        ("holds", "登记", "has"),
        ("contact", "名册电话", "roster phone"),
        ("post", "任职", "post"),
        ("member", "成员", "member"),
        ("payee", "领取", "payee"),
        ("uses", "使用", "uses"),
        ("custodian", "代管", "custodian"),
        ("listed", "在册", "listed"),
        ("stays", "入住", "stays"),
        ("declared", "备案", "declared"),
        ("filed", "申请", "filed"),
        ("decided", "经办", "took part"),
        ("granted", "获批", "granted"),
    ];

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        let at = Self::NAMES.iter().position(|(own, _, _)| *own == name)?;
        Self::ALL.get(at).copied()
    }

    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// In Chinese.
    pub fn zh(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// In English.
    pub fn en(self) -> &'static str {
        Self::NAMES[self as usize].2
    }

    /// Whether it ties people; what belongs to the procedure itself ties nobody.
    pub fn ties(self) -> bool {
        !matches!(self, Self::Declared | Self::Filed | Self::Decided | Self::Granted)
    }
}

/// What an edge says beyond its kind: of kin, what the second is to the first; of a decision, the official's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the contract's codes")]
pub enum Relation {
    None,
    Spouse,
    Child,
    Parent,
    Sibling,
    Grandparent,
    Grandchild,
    ChildInLaw,
    ParentInLaw,
    SiblingInLaw,
    UncleAunt,
    NephewNiece,
    Handler,
    Surveyor,
    Approver,
}

impl Relation {
    const ALL: [Self; 15] = [
        Self::None,
        Self::Spouse,
        Self::Child,
        Self::Parent,
        Self::Sibling,
        Self::Grandparent,
        Self::Grandchild,
        Self::ChildInLaw,
        Self::ParentInLaw,
        Self::SiblingInLaw,
        Self::UncleAunt,
        Self::NephewNiece,
        Self::Handler,
        Self::Surveyor,
        Self::Approver,
    ];

    const NAMES: [(&'static str, &'static str, &'static str); 15] = [
        ("", "", ""),
        ("spouse", "配偶", "spouse"),
        ("child", "子女", "child"),
        ("parent", "父母", "parent"),
        ("sibling", "兄弟姐妹", "sibling"),
        ("grandparent", "（外）祖父母", "grandparent"),
        ("grandchild", "（外）孙子女", "grandchild"),
        ("child_in_law", "儿媳或女婿", "son- or daughter-in-law"),
        ("parent_in_law", "配偶的父母", "parent-in-law"),
        ("sibling_in_law", "姻亲兄弟姐妹", "brother- or sister-in-law"),
        ("uncle_aunt", "叔伯姑舅姨", "uncle or aunt"),
        ("nephew_niece", "侄甥", "nephew or niece"),
        ("handler", "经办人", "handler"),
        ("surveyor", "调查人", "surveyor"),
        ("approver", "审批人", "approver"),
    ];

    /// The relation of a name; [`Relation::None`] for any other.
    pub fn named(name: &str) -> Self {
        let at = Self::NAMES.iter().position(|(own, _, _)| *own == name).unwrap_or(0);
        Self::ALL[at]
    }

    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }

    /// In Chinese.
    pub fn zh(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// In English.
    pub fn en(self) -> &'static str {
        Self::NAMES[self as usize].2
    }

    /// What the first is to the second.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Child => Self::Parent,
            Self::Parent => Self::Child,
            Self::Grandparent => Self::Grandchild,
            Self::Grandchild => Self::Grandparent,
            Self::ChildInLaw => Self::ParentInLaw,
            Self::ParentInLaw => Self::ChildInLaw,
            Self::UncleAunt => Self::NephewNiece,
            Self::NephewNiece => Self::UncleAunt,
            same => same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_kinds_agree() {
        assert!(NodeKind::ALL.iter().all(|kind| NodeKind::named(kind.name()) == Some(*kind)));
        assert!(EdgeKind::ALL.iter().all(|kind| EdgeKind::named(kind.name()) == Some(*kind)));
        assert!(Relation::ALL.iter().all(|r| Relation::named(r.name()) == *r && r.reversed().reversed() == *r));
        assert!((0_u8..).zip(NodeKind::ALL).all(|(at, kind)| kind as u8 == at));
        assert!((0_u8..).zip(EdgeKind::ALL).all(|(at, kind)| kind as u8 == at));
        assert!((0_u8..).zip(Relation::ALL).all(|(at, kind)| kind as u8 == at));
    }
}
