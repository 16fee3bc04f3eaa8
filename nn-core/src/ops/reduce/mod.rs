//! Many numbers to one, along axes.

pub(crate) mod all;
pub(crate) mod any;
pub(crate) mod argmax;
pub(crate) mod argmin;
pub(crate) mod average;
pub(crate) mod count_nonzero;
pub(crate) mod cumprod;
pub(crate) mod cumsum;
pub(crate) mod logical_reduction;
pub(crate) mod logsumexp;
pub(crate) mod max;
pub(crate) mod max_min;
pub(crate) mod mean;
pub(crate) mod min;
pub(crate) mod moments;
pub(crate) mod nan;
pub(crate) mod norm;
pub(crate) mod norm_order;
pub(crate) mod normalize;
pub(crate) mod prod;
pub(crate) mod ptp;
pub(crate) mod quantile;
pub(crate) mod reduction;
pub(crate) mod std;
pub(crate) mod sum;
pub(crate) mod trapezoid;
pub(crate) mod var;

pub use quantile::QuantileMethod;
