//! Long trainings do not grow.

mod common;

use common::classify;
use nn::prelude::*;

#[model]
struct Small {
    hidden: Dense,
    bn: BatchNormalization,
    dropout: Dropout,
    output: Dense,
}

#[model]
impl Small {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.dropout(self.bn(self.hidden(x)).relu());
        self.output(x)
    }
}

/// Memory of this process that is in use, in KiB.
#[cfg(target_os = "linux")]
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn ten_thousand_steps_take_the_memory_of_a_thousand() {
    let mut model = Small {
        hidden: Dense::new(16),
        bn: BatchNormalization::new(),
        dropout: Dropout::new(0.2),
        output: Dense::new(4),
    }
    .compile(classify());
    let x = Tensor::ones([8, 12]);
    let y = Tensor::from((0..8).map(|i| i % 4).collect::<Vec<i64>>());
    let mut train = |steps: usize| {
        for _ in 0..steps {
            model.train_on_batch(&x, &y).unwrap();
        }
        resident()
    };
    let early = train(1_000);
    let late = train(9_000);
    // 512 KiB are 58 bytes a step: less than the smallest tensor takes. The allocator's own bookkeeping stays below.
    assert!(
        late <= early + 512,
        "{early} KiB after 1,000 steps, {late} after 10,000"
    );
}
