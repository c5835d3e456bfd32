//! Mingjing (明镜): fraud and irregularity detection for social assistance.
//!
//! # Layout
//!
//! Data flows one way; a room imports only from rooms before it (`tests/it/rooms.rs` holds that).
//!
//! | room | what lives there |
//! |---|---|
//! | [`contract`] | tables, columns, codes, parameters, typologies, holidays |

pub mod contract;
