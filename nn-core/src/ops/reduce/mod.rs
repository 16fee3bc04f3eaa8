//! Many numbers to one, along axes.

pub(crate) mod all;
pub(crate) mod any;
pub(crate) mod argmax;
pub(crate) mod argmin;
pub(crate) mod cumsum;
pub(crate) mod extremum;
pub(crate) mod logsumexp;
pub(crate) mod max;
pub(crate) mod mean;
pub(crate) mod min;
pub(crate) mod norm;
pub(crate) mod prod;
pub(crate) mod quantifier;
pub(crate) mod reduction;
pub(crate) mod std;
pub(crate) mod sum;
pub(crate) mod var;
