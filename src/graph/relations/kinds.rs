//! Kinds of nodes and edges, and their names for people.

/// Kinds, each with its name in SQL and addresses, in Chinese and in English; numbered in this order.
macro_rules! kinds {
    ($(#[$about:meta])* $kind:ident { $($(#[$own:meta])* $value:ident = $name:literal, $zh:literal, $en:literal;)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $kind { $($(#[$own])* $value,)+ }

        impl $kind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$value),+];

            /// The kind of a name.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$value),)+
                    _ => None,
                }
            }

            /// Its name in SQL and addresses.
            pub fn name(self) -> &'static str {
                match self { $(Self::$value => $name,)+ }
            }

            /// In Chinese.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$value => $zh,)+ }
            }

            /// In English.
            pub fn en(self) -> &'static str {
                match self { $(Self::$value => $en,)+ }
            }
        }
    };
}

kinds! {
    /// A kind of node.
    NodeKind {
        /// A person, by ID number.
        Person = "person", "人员", "person";
        /// An assisted or applying household.
        Household = "household", "家庭", "household";
        /// A term of office.
        Official = "official", "岗位", "post";
        /// A bank account.
        Account = "account", "账户", "account";
        /// A phone number.
        Phone = "phone", "电话", "phone";
        /// An address.
        Address = "address", "住址", "address";
        /// A market entity.
        Enterprise = "enterprise", "企业", "enterprise";
        /// A household-register book (户口簿).
        Register = "register", "户口簿", "register book";
        /// A support institution.
        Institution = "institution", "供养机构", "institution";
        /// A machine at which money is drawn: a cash machine, an agent's reader.
        Terminal = "terminal", "终端", "terminal";
        /// An application.
        Application = "application", "申请", "application";
        /// An award.
        Award = "award", "待遇", "award";
    }
}

impl NodeKind {
    /// Whether many may share it, so that sharing it says the less the more do. A machine ties nobody: where many draw,
    /// that only some draw together counts, and rings see it.
    pub fn is_thing(self) -> bool {
        matches!(
            self,
            Self::Account | Self::Phone | Self::Address | Self::Enterprise | Self::Register | Self::Institution
        )
    }
}

kinds! {
    /// A kind of edge.
    EdgeKind {
        /// Kinship that a register states.
        Kin = "kin", "亲属", "kin";
        /// A person has a phone, an address, an account or an enterprise.
        Holds = "holds", "登记", "has";
        /// The roster of officials gives a person this phone.
        Contact = "contact", "名册电话", "roster phone";
        /// A person holds a post.
        Post = "post", "任职", "post";
        /// A person belongs to an assisted household.
        Member = "member", "成员", "member";
        /// A person collects a household's money.
        Payee = "payee", "领取", "payee";
        /// A household uses a thing.
        Uses = "uses", "使用", "uses";
        /// A person is a household's custodian by a written agreement.
        Custodian = "custodian", "代管", "custodian";
        /// A person stands in a register book.
        Listed = "listed", "在册", "listed";
        /// A person stays in an institution.
        Stays = "stays", "入住", "stays";
        /// Money of an account was drawn at a terminal.
        Draws = "draws", "取款", "drawn at";
        /// An account sent money to another.
        Sends = "sends", "转账", "sent to";
        /// An official declared a relative, or a household that the declaration names alone.
        Declared = "declared", "备案", "declared";
        /// A household filed an application.
        Filed = "filed", "申请", "filed";
        /// An official took part in an application.
        Decided = "decided", "经办", "took part";
        /// An application or household led to an award.
        Granted = "granted", "获批", "granted";
    }
}

impl EdgeKind {
    /// Whether it ties people; what belongs to the procedure itself ties nobody, nor does a machine.
    pub fn ties(self) -> bool {
        !matches!(self, Self::Draws | Self::Declared | Self::Filed | Self::Decided | Self::Granted)
    }
}

kinds! {
    /// What an edge says beyond its kind: of kin, what the second is to the first; of a decision, the official's part;
    /// of a withdrawal, whether it was one of several.
    #[expect(missing_docs, reason = "the names are the contract's codes")]
    Relation {
        None = "", "", "";
        Spouse = "spouse", "配偶", "spouse";
        Child = "child", "子女", "child";
        Parent = "parent", "父母", "parent";
        Sibling = "sibling", "兄弟姐妹", "sibling";
        Grandparent = "grandparent", "（外）祖父母", "grandparent";
        Grandchild = "grandchild", "（外）孙子女", "grandchild";
        ChildInLaw = "child_in_law", "儿媳或女婿", "son- or daughter-in-law";
        ParentInLaw = "parent_in_law", "配偶的父母", "parent-in-law";
        SiblingInLaw = "sibling_in_law", "姻亲兄弟姐妹", "brother- or sister-in-law";
        UncleAunt = "uncle_aunt", "叔伯姑舅姨", "uncle or aunt";
        NephewNiece = "nephew_niece", "侄甥", "nephew or niece";
        Cousin = "cousin", "堂表兄弟姐妹", "cousin";
        Handler = "handler", "经办人", "handler";
        Surveyor = "surveyor", "调查人", "surveyor";
        Approver = "approver", "审批人", "approver";
        Together = "together", "相近时间取款", "drawn close in time";
    }
}

impl Relation {
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
        assert!(Relation::ALL.iter().all(|r| Relation::named(r.name()) == Some(*r) && r.reversed().reversed() == *r));
        assert!((0_u8..).zip(NodeKind::ALL).all(|(at, kind)| *kind as u8 == at));
    }
}
