//! Arguments of all kinds, which are followed where they are tensors, and what else one writes around them.
#![deny(warnings)]

use nn::prelude::*;
#[derive(Clone, Default)]
pub struct Ctx {
    s: f32,
    labels: Option<Tensor>,
}
#[derive(Clone, Tensors)]
pub struct Pair {
    a: Tensor,
    b: Tensor,
}
#[model(new())]
struct Inner {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Dense,
    #[layer(6)]
    h: [Dense; 2],
}
#[model]
impl Inner {
    fn call(
        &self,
        x: &Tensor,
        k: usize,
        m: Option<&Tensor>,
        (p, q): (&Tensor, &Tensor),
        c: &Ctx,
        pair: Pair,
        rest: &[Tensor],
    ) -> Tensor {
        let y = self.a(x) + self.h[k].forward(p);
        let z = self.b(q) * c.s + &rest[0];
        let y = concatenate([y, z], -1);
        let y = match m {
            Some(m) => y * m,
            None => y,
        };
        let _ = &c.labels;
        y + pair.a + pair.b + rest.len() as f32
    }
}
#[model(input = ([4], [11]), new())]
struct H {
    #[layer]
    i: Inner,
}
#[model]
impl H {
    fn call(&self, x: Tensor, y: Tensor) -> Tensor {
        let n = x.shape()[0];
        let t = self.i((
            &x,
            1,
            Some(&y),
            (&x, &x),
            Ctx {
                s: 1.0,
                labels: None,
            },
            Pair {
                a: y.clone(),
                b: y.clone(),
            },
            vec![Tensor::ones([1])],
        ));
        t.reshape([n, 11])
    }
}
#[model(input = ([4], [6], [5], [6], [6]), new())]
struct I {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Dense,
}
#[model]
impl I {
    fn call(
        &self,
        ((x, y), z): ((Tensor, Tensor), Tensor),
        c: &Ctx,
        rest: Vec<Tensor>,
    ) -> nn::Result<Tensor> {
        let _ = c;
        let y = self.a(&x) + y;
        let z = self.b(x) + z;
        let y = rest.iter().fold(y, |y, r| y + r);
        if rest.len() > 9 {
            return Err(nn::Error::value("many"));
        }
        Ok(concatenate([y, z], -1))
    }
}
#[model(input = ([4], [6], [4]), new())]
struct J {
    #[layer(6)]
    a: Dense,
}
#[model]
impl J {
    fn call(&self, x: &Tensor, pair: Ctx2, w: &Tensor) -> Tensor {
        self.a(x) + pair.0 + self.a(w)
    }
}
#[derive(Clone, Tensors)]
pub struct Ctx2(Tensor);
#[model(input = [4], new())]
struct K {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Dense,
    #[layer(4)]
    many: [Dense; 3],
}
#[model]
impl K {
    fn call(&self, x: &Tensor, training: bool) -> Pair {
        let Self { a, many, .. } = self;
        let (p, (q, r)) = (a.forward(x), (self.b(x), x));
        let mut n = 0;
        let s = many.iter().fold(r.clone(), |y, m| {
            n += 1;
            m.forward(&y) + &y
        });
        let v: Vec<Tensor> = many.iter().map(|m| m.forward(&s)).collect();
        let w = concatenate(&v, -1);
        let total: Vec<usize> = (0..3).map(|i| i + n).collect();
        let copies: std::collections::BTreeSet<usize> = (0..3).map(|_| 4).collect();
        let mut y = x.clone();
        for _ in &copies {
            y = concatenate([&y, &y], -1);
        }
        let y = y.slice_axis(1, ..8);
        let mut m = 1;
        (0..2).for_each(move |_| {
            m += 1;
            let _ = m;
        });
        let y = y.reshape([x.shape()[0] * m, 8]);
        let o = Pair { a: p.clone(), b: q };
        let mut z = o.b.clone();
        z.clone_from(&o.a);
        let mut zz = w.clone();
        zz = {
            let mut k = zz;
            x.clone_into(&mut k);
            k
        };
        if training {
            std::hint::black_box(total.len());
        }
        Pair {
            a: z + p,
            b: std::ops::Mul::mul(zz, x) + y.sum(),
        }
    }
}
#[model(input = [4], new(kind: usize = 1))]
struct L {
    #[layer(6)]
    a: Dense,
    #[config]
    kind: usize,
}
#[model]
impl L {
    fn call(&self, x: &Tensor) -> Tensor {
        if x.rank() > 5 {
            panic!("deep")
        }
        let y = self.a(x);
        let z = match self.help(x) {
            Ok(z) => z,
            Err(_) => x.clone(),
        };
        let _ = z;
        if y.sum().item::<f32>().unwrap_or(0.0) > 1e9 {
            if y.rank() == 9 {
                return x.clone();
            }
            panic!();
        }
        y
    }
    fn help(&self, x: &Tensor) -> nn::Result<Tensor> {
        if x.rank() == 2 {
            return Err(nn::Error::value(""));
        }
        let y = self.a(x).into_result()?;
        Ok(y + x)
    }
}
pub fn main() {
    let x = Tensor::ones([2, 4]);
    let t = |n: usize| Tensor::ones([2, n]);
    assert_eq!(H::new().forward((&x, &t(11))).shape(), [2, 11]);
    assert_eq!(
        I::new()
            .forward((((x.clone(), t(6)), t(5)), Ctx::default(), vec![t(6), t(6)]))
            .shape(),
        [2, 11]
    );
    assert_eq!(I::new().build(([4], [6], [5], [6], [6])).is_ok(), true);
    assert_eq!(J::new().forward((&x, Ctx2(t(6)), &x)).shape(), [2, 6]);
    let o = K::new().forward(&x);
    assert_eq!((o.a.shape(), o.b.shape()), ([2, 6].into(), [2, 4].into()));
    assert_eq!(L::new(1).forward(&x).shape(), [2, 6]);
}
