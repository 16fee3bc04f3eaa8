//! What happens to the gates between two products, for one row. Slices are separate arguments, so that the compiler knows them apart
//! and vectorizes.

use crate::math::Float;

/// `h = tanh(a)`, kept in `a`.
#[inline(always)]
pub fn simple<T: Float>(a: &mut [T], h: &mut [T]) {
    for (a, h) in a.iter_mut().zip(h) {
        *h = Float::tanh(*a);
        *a = *h;
    }
}

/// The gradient with respect to `a` of [`simple`], from that of h.
#[inline(always)]
pub fn simple_back<T: Float>(h: &[T], dh: &[T], da: &mut [T]) {
    for ((&h, &dh), da) in h.iter().zip(dh).zip(da) {
        *da = dh * (T::ONE - h * h);
    }
}

/// `c = σ(f)·c + σ(i)·tanh(g)`, `h = σ(o)·tanh(c)`; the gates after their functions stay in place, and c in `kept` too.
#[inline(always)]
pub fn lstm<T: Float>([i, f, g, o]: [&mut [T]; 4], kept: &mut [T], c: &mut [T], h: &mut [T]) {
    let gates = i.iter_mut().zip(f).zip(g.iter_mut().zip(o));
    for (((i, f), (g, o)), ((kept, c), h)) in gates.zip(kept.iter_mut().zip(c).zip(h)) {
        (*i, *f, *g, *o) = (
            Float::sigmoid(*i),
            Float::sigmoid(*f),
            Float::tanh(*g),
            Float::sigmoid(*o),
        );
        let next = *f * *c + *i * *g;
        *c = next;
        *kept = next;
        *h = *o * Float::tanh(next);
    }
}

/// The gradients with respect to the gates of [`lstm`] before their functions, from those of h and the new c; `dc` becomes that of the
/// old c.
#[inline(always)]
pub fn lstm_back<T: Float>(
    [i, f, g, o, c]: [&[T]; 5],
    before: &[T],
    dh: &[T],
    dc: &mut [T],
    [di, df, dg, d_o]: [&mut [T]; 4],
) {
    let gates = i
        .iter()
        .zip(f)
        .zip(g.iter().zip(o))
        .zip(c.iter().zip(before));
    let deltas = di.iter_mut().zip(df).zip(dg.iter_mut().zip(d_o));
    let states = dh.iter().zip(dc);
    for (((((&i, &f), (&g, &o)), (&c, &before)), (&dh, dc)), ((di, df), (dg, d_o))) in
        gates.zip(states).zip(deltas)
    {
        let t = Float::tanh(c);
        let d = *dc + dh * o * (T::ONE - t * t);
        *di = d * g * i * (T::ONE - i);
        *df = d * before * f * (T::ONE - f);
        *dg = d * i * (T::ONE - g * g);
        *d_o = dh * t * o * (T::ONE - o);
        *dc = d * f;
    }
}

/// `z, r = σ`, `g = tanh(g + r·s)`, `h = z·h + (1 - z)·g`, where `s = h·U + b₁`; the gates after their functions stay in place.
#[inline(always)]
pub fn gru<T: Float>([z, r, s, g]: [&mut [T]; 4], h: &mut [T]) {
    let gates = z.iter_mut().zip(r).zip(s.iter_mut().zip(g));
    for (((z, r), (s, g)), h) in gates.zip(h) {
        (*z, *r) = (Float::sigmoid(*z), Float::sigmoid(*r));
        *g = Float::tanh(*g + *r * *s);
        *h = *z * *h + (T::ONE - *z) * *g;
    }
}

/// The gradients with respect to z and r before their functions, to s, and to the argument of tanh; `dh` becomes what flows to the old h
/// past the gates.
#[inline(always)]
pub fn gru_back<T: Float>(
    [z, r, s, g]: [&[T]; 4],
    before: &[T],
    dh: &mut [T],
    [dz, dr, ds, dg]: [&mut [T]; 4],
) {
    let gates = z.iter().zip(r).zip(s.iter().zip(g)).zip(before);
    let deltas = dz.iter_mut().zip(dr).zip(ds.iter_mut().zip(dg));
    for (((((&z, &r), (&s, &g)), &before), dh), ((dz, dr), (ds, dg))) in gates.zip(dh).zip(deltas) {
        let d = *dh * (T::ONE - z) * (T::ONE - g * g);
        *dz = *dh * (before - g) * z * (T::ONE - z);
        *dr = d * s * r * (T::ONE - r);
        *ds = d * r;
        *dg = d;
        *dh *= z;
    }
}

/// `z, r = σ`, and `reset = r·h`, whose product the argument of tanh needs; the gates stay in place.
#[inline(always)]
pub fn reset<T: Float>([z, r]: [&mut [T]; 2], h: &[T], reset: &mut [T]) {
    for ((z, r), (&h, reset)) in z.iter_mut().zip(r).zip(h.iter().zip(reset)) {
        (*z, *r) = (Float::sigmoid(*z), Float::sigmoid(*r));
        *reset = *r * h;
    }
}

/// `g = tanh(g)`, kept in place, and `h = z·h + (1 - z)·g`.
#[inline(always)]
pub fn update<T: Float>(z: &[T], g: &mut [T], h: &mut [T]) {
    for ((&z, g), h) in z.iter().zip(g).zip(h) {
        *g = Float::tanh(*g);
        *h = z * *h + (T::ONE - z) * *g;
    }
}

/// The gradients with respect to z before its function and the argument of tanh, and `reset = r·h` again; `dh` becomes what flows to
/// the old h past the gates.
#[inline(always)]
pub fn update_back<T: Float>(
    [z, r, g]: [&[T]; 3],
    before: &[T],
    dh: &mut [T],
    [dz, dg, reset]: [&mut [T]; 3],
) {
    let gates = z.iter().zip(r).zip(g.iter().zip(before));
    let deltas = dz.iter_mut().zip(dg).zip(reset);
    for ((((&z, &r), (&g, &before)), dh), ((dz, dg), reset)) in gates.zip(dh).zip(deltas) {
        *dz = *dh * (before - g) * z * (T::ONE - z);
        *dg = *dh * (T::ONE - z) * (T::ONE - g * g);
        *reset = r * before;
        *dh *= z;
    }
}

/// The gradient with respect to r before its function, from that of `reset`, whose other part is added to `dh`.
#[inline(always)]
pub fn reset_back<T: Float>(r: &[T], before: &[T], d_reset: &[T], dh: &mut [T], dr: &mut [T]) {
    for (((&r, &before), &d), (dh, dr)) in
        r.iter().zip(before).zip(d_reset).zip(dh.iter_mut().zip(dr))
    {
        *dr = d * before * r * (T::ONE - r);
        *dh += d * r;
    }
}
