//! What is tried with every input.

use crate::configs::{Configs, use_loss, use_metric, use_optimizer, use_schedule};
use crate::files::{Files, Tables, csv_seeds, idx_seeds, read_csv, read_idx};
use crate::layers::{use_json, use_layer};
use crate::random::Random;
use crate::seeds;
use nn::prelude::*;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Inputs of one kind, and what is done with them.
pub trait Run {
    /// How many inputs are tried however little time there is.
    fn least(&self) -> u64 {
        1
    }

    /// An input as it is kept.
    fn make(&mut self, random: &mut Random) -> Vec<u8>;

    /// It may fail, but not panic.
    fn try_input(&mut self, input: &[u8]);
}

pub struct Target {
    pub name: &'static str,
    pub prepare: fn(&Path) -> Box<dyn Run>,
}

pub const TARGETS: &[Target] = &[
    Target {
        name: "model_file",
        prepare: |folder| Box::new(Files::new(folder)),
    },
    Target {
        name: "idx",
        prepare: |folder| Box::new(Tables::new(folder, idx_seeds(), read_idx)),
    },
    Target {
        name: "csv",
        prepare: |folder| Box::new(Tables::new(folder, csv_seeds(), read_csv)),
    },
    Target {
        name: "layers",
        prepare: |folder| Box::new(Configs::new(folder, seeds::layers(), use_layer)),
    },
    Target {
        name: "parts_of_layers",
        prepare: |folder| Box::new(Configs::new(folder, seeds::parts(), use_layer)),
    },
    Target {
        name: "models_as_json",
        prepare: |folder| Box::new(Configs::new(folder, seeds::json(), use_json)),
    },
    Target {
        name: "losses",
        prepare: |folder| Box::new(Configs::new(folder, seeds::losses(), use_loss)),
    },
    Target {
        name: "metrics",
        prepare: |folder| Box::new(Configs::new(folder, seeds::metrics(), use_metric)),
    },
    Target {
        name: "optimizers",
        prepare: |folder| Box::new(Configs::new(folder, seeds::optimizers(), use_optimizer)),
    },
    Target {
        name: "schedules",
        prepare: |folder| Box::new(Configs::new(folder, seeds::schedules(), use_schedule)),
    },
    Target {
        name: "einsum",
        prepare: |_| Box::new(Einsum),
    },
];

/// How many inputs could be read, and were used.
pub static USED: AtomicU64 = AtomicU64::new(0);

pub fn used() {
    USED.fetch_add(1, Ordering::Relaxed);
}

struct Einsum;

impl Run for Einsum {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let seeds = [
            "ij,jk->ik",
            "bij,bjk->bik",
            "ii->i",
            "...i,...i->...",
            "ij->ji",
            "i,j->ij",
            "abc->",
            "ij,kj",
        ];
        let mut spec = random.pick(&seeds).as_bytes().to_vec();
        random.change(
            &mut spec,
            &[b"->", b",", b"...", b"i", b"zz", b" ", "ß".as_bytes()],
        );
        spec
    }

    fn try_input(&mut self, input: &[u8]) {
        let Ok(spec) = std::str::from_utf8(input) else {
            return;
        };
        let tensors = [
            Tensor::ones([2, 3]),
            Tensor::ones([3, 2]),
            Tensor::ones([2, 2, 3]),
            Tensor::ones([0, 3]),
            Tensor::ones([2]),
            Tensor::ones([2, 2]),
        ];
        for a in &tensors {
            let one = nn::einsum(spec, [a]).into_result().is_ok();
            let two = |b: &Tensor| nn::einsum(spec, [a, b]).into_result().is_ok();
            if tensors.iter().filter(|b| two(b)).count() > 0 || one {
                used();
            }
        }
    }
}
