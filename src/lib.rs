//! Mingjing (明镜): fraud and irregularity detection for social assistance.
//!
//! # Layout
//!
//! Data flows one way; a room imports only from rooms before it (`tests/it/rooms.rs` holds that).
//!
//! | room | what lives there |
//! |---|---|
//! | [`domain`] | values that parse at the door: ID numbers, names, dates, months, money, regions |
//! | [`contract`] | tables, columns, codes, parameters, typologies, holidays |
//! | [`made`] | made counties and nations with their truth, for tests and measurements |

pub mod contract;
pub mod domain;
pub mod made;
