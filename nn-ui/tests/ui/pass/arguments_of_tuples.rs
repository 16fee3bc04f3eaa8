//! Lists and options of tuples as arguments, with and without references in them.
#![deny(warnings)]

use nn::prelude::*;
use std::collections::BTreeMap;
type Pair = (Tensor, Tensor);
#[model]
struct OfTensors {
    a: Dense,
}
#[model]
impl OfTensors {
    fn call(
        &self,
        x: &Tensor,
        v: Vec<(Tensor, Tensor)>,
        w: &[(Tensor, Tensor)],
        arr: [(Tensor, Tensor); 2],
        o: Option<(Tensor, Tensor)>,
        p: Option<&(Tensor, Tensor)>,
        q: &Option<Pair>,
        r: (Tensor, &Tensor),
        s: Option<(Tensor, &Tensor)>,
        u: Option<&[Tensor]>,
        m: &BTreeMap<String, Tensor>,
    ) -> Tensor {
        let _ = (&v, w, &arr, &o, p, q, &r, &s, u, m);
        self.a(x)
            + v.len() as f32
            + w.len() as f32
            + arr[0].0.sum()
            + o.map_or(0.0, |_| 1.0)
            + p.map_or(0.0, |_| 1.0)
            + r.1.sum()
            + s.map_or(0.0, |_| 1.0)
            + u.map_or(0.0, |u| u.len() as f32)
    }
}
fn of_tensors() {
    let n = OfTensors { a: Dense::new(2) };
    let t = Tensor::ones([1, 2]);
    let p = (t.clone(), t.clone());
    let y = n.forward((
        &t,
        vec![p.clone()],
        vec![p.clone()],
        [p.clone(), p.clone()],
        Some(p.clone()),
        Some(p.clone()),
        None::<Pair>,
        (&t, &t),
        Some((&t, t.clone())),
        Some(vec![t.clone()]),
        BTreeMap::from([("a", t.clone())]),
    ));
    assert_eq!(y.shape(), [1, 2]);
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Ctx<'c> {
    s: Option<&'c str>,
}
#[model]
struct OfPlain {
    a: Dense,
}
#[model]
impl OfPlain {
    fn call(
        &self,
        x: Tensor,
        o: Option<(usize, f32)>,
        v: Vec<(usize, bool)>,
        w: &[(usize, f32)],
        arr: [(u8, u8); 2],
        s: Option<&str>,
        t: &[&str],
        n: Option<&[usize]>,
        c: Ctx<'_>,
        d: Option<&Ctx<'_>>,
        e: (&str, usize),
    ) -> Tensor {
        self.a(x)
            * (o.map_or(1.0, |o| o.1)
                + v.len() as f32
                + w.len() as f32
                + arr[0].0 as f32
                + s.map_or(0, |s| s.len()) as f32
                + t.len() as f32
                + n.map_or(0, |n| n.len()) as f32
                + c.s.map_or(0, |s| s.len()) as f32
                + d.is_some() as u8 as f32
                + e.0.len() as f32)
    }
}
fn of_plain() {
    let n = OfPlain { a: Dense::new(2) };
    let t = Tensor::ones([1, 2]);
    let y = n.forward((
        t,
        Some((1usize, 2.0f32)),
        vec![(1usize, true)],
        vec![(1usize, 2.0f32)],
        [(1u8, 2u8); 2],
        Some("k".to_string()),
        vec!["a".to_string()],
        Some(vec![1usize]),
        Ctx { s: Some("a") },
        Some(Ctx::default()),
        ("a".to_string(), 1usize),
    ));
    assert_eq!(y.shape(), [1, 2]);
}

pub fn main() {
    of_tensors();
    of_plain();
}
