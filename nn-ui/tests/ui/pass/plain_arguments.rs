//! Plain arguments beside tensors.
#![deny(warnings)]

use nn::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Copy)]
#[allow(dead_code)]
enum Mode {
    Sum,
    Mean,
}

#[derive(Clone)]
struct Context {
    temperature: f32,
    labels: Option<Tensor>,
}

#[derive(Clone, Tensors)]
struct Pair {
    a: Tensor,
    b: Tensor,
}

#[model(new())]
struct Many {
    #[layer(2)]
    dense: Dense,
    #[layer(3)]
    expert: [Dense; 2],
}

#[model]
impl Many {
    fn build(&self, input: &Shape) -> nn::Result<()> {
        assert_eq!(input.rank(), 2);
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn call(
        &self,
        x: Tensor,
        task: usize,
        negate: bool,
        scale: f32,
        name: &str,
        mode: Mode,
        context: &Context,
        sizes: [usize; 2],
        list: &[usize],
        depth: Option<usize>,
        training: bool,
    ) -> Tensor {
        let y = self.dense(&x);
        let mut y = y + self.expert[task].forward(&x).mean() / context.temperature;
        if negate {
            y = -y;
        }
        if let Some(labels) = &context.labels {
            y = y + labels;
        }
        let n = sizes[0] + list.len() + depth.unwrap_or(1) + usize::from(training);
        let y = match (mode, name) {
            (Mode::Sum, "twice") => y * 2.0,
            (Mode::Mean, _) => y / 2.0,
            _ => y,
        };
        y * scale + n as f32
    }
}

#[model(new())]
struct Masked {
    #[layer(2)]
    dense: Dense,
}

#[model]
impl Masked {
    fn call(&self, x: &Tensor, mask: Option<&Tensor>, others: &[Tensor]) -> Tensor {
        let y = self.dense(x);
        let y = match mask {
            Some(mask) => y * mask,
            None => y,
        };
        others.iter().fold(y, |y, other| y + other)
    }
}

#[model(new())]
struct Named {
    #[layer(2)]
    dense: Dense,
}

#[model]
impl Named {
    fn call(&self, inputs: BTreeMap<String, Tensor>) -> BTreeMap<String, Tensor> {
        let image = self.dense(&inputs["image"]);
        BTreeMap::from([("scores".to_string(), image + &inputs["bias"])])
    }
}

#[model(new())]
struct Two {
    #[layer(2)]
    dense: Dense,
}

#[model]
impl Two {
    fn call(
        &self,
        x: Tensor,
        pair: Pair,
        (a, b): (&Tensor, &Tensor),
        task: usize,
    ) -> (Tensor, Pair) {
        let y = self.dense(x) + &pair.a + &pair.b + a + b + task as f64;
        (y.clone(), Pair { a: y, ..pair })
    }
}

#[model(new())]
struct Outer {
    #[layer]
    two: Two,
}

#[model]
impl Outer {
    fn call(&self, x: Tensor) -> Tensor {
        let pair = Pair {
            a: x.clone(),
            b: x.clone(),
        };
        let (y, _) = self.two((&x, &pair, (&x, &x), 1));
        y
    }
}

pub fn main() {
    let x = Tensor::ones([2, 2]);
    let net = Many::new();
    let context = Context {
        temperature: 1.0,
        labels: Some(Tensor::ones([2])),
    };
    let y = net.forward((
        &x,
        1,
        true,
        2.0,
        "twice",
        Mode::Sum,
        &context,
        [1, 2],
        vec![3usize],
        Some(2),
    ));
    assert_eq!(y.shape(), [2, 2]);

    let masked = Masked::new();
    let others = [Tensor::ones([2, 2]), Tensor::ones([2, 2])];
    let plain = masked
        .forward((&x, None::<Tensor>, &others[..]))
        .to_vec::<f32>()
        .unwrap();
    let zero = Tensor::zeros([2, 2]);
    let gone = masked
        .forward((&x, Some(&zero), &others))
        .to_vec::<f32>()
        .unwrap();
    assert_eq!(gone, [2.0; 4]);
    assert_eq!(plain.len(), 4);

    let inputs = BTreeMap::from([("image", x.clone()), ("bias", Tensor::ones([2]))]);
    assert_eq!(Named::new().forward(&inputs)["scores"].shape(), [2, 2]);

    let outer = Outer::new();
    assert_eq!(outer.forward(&x).shape(), [2, 2]);
    let two = Two::new();
    // Without a value for it `task` is the default, 0.
    two.build(([3], [2], [2], [2], [2])).unwrap();
    println!("{}", two.summary(([3], [2], [2], [2], [2])).unwrap());
    let no_default = Many::new().build([2]).unwrap_err().to_string();
    assert!(
        no_default.contains("implement `Default` for it"),
        "{no_default}"
    );
}
