//! `addresses-public`: an address that an Internet provider assigns is not one of a private network (agreement, section 4).

use std::net::IpAddr;
use std::str::FromStr;

use super::{Judge, Outcome, listed};
use crate::answer::Answer;
use crate::assemble::Request;
use crate::rules::Pack;
use crate::rules::context::Context;
use crate::rules::notice::NoticeFacts;

/// No address of the notice lies in one of these networks.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressesPublic {
    /// As `10.0.0.0/8`.
    pub private: Vec<String>,
}

impl Judge for AddressesPublic {
    fn evaluate(&self, request: &Request, facts: &Context<'_>) -> Outcome {
        let notice = NoticeFacts::of(request, facts);
        let networks: Vec<(u128, u128)> = self.private.iter().filter_map(|n| network(n)).collect();
        let private = |address: &&IpAddr| networks.iter().any(|(base, mask)| bits(**address) & mask == *base);
        let found: Vec<String> = notice.addresses.iter().filter(private).map(ToString::to_string).collect();
        let answer = match () {
            () if !found.is_empty() => Answer::NotMet,
            () if notice.addresses.is_empty() && !notice.trusted => Answer::CannotTell,
            () => Answer::Met,
        };
        Outcome::new(answer).with("addresses", listed(found.iter().map(String::as_str))).quoting(found)
    }

    fn describe(&self, _: &Pack) -> String {
        format!("no address lies in a private network ({})", self.private.join(", "))
    }

    fn values(&self) -> &'static [&'static str] {
        &["addresses"]
    }

    fn mistakes(&self) -> Vec<(&'static str, String)> {
        let wrong = self.private.iter().filter(|n| network(n).is_none());
        wrong.map(|n| ("private", format!("`{n}` is no network: write an address and its prefix, as 10.0.0.0/8"))).collect()
    }
}

/// IPv4 addresses take their place in the IPv6 space (RFC 4291, 2.5.5.2), so that one comparison serves both.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// Base and mask.
fn network(written: &str) -> Option<(u128, u128)> {
    let (address, prefix) = written.split_once('/')?;
    let address = IpAddr::from_str(address).ok()?;
    let prefix = u32::from_str(prefix).ok()?;
    let host_bits = match address {
        IpAddr::V4(_) => 32u32.checked_sub(prefix)?,
        IpAddr::V6(_) => 128u32.checked_sub(prefix)?,
    };
    let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
    Some((bits(address) & mask, mask))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::{Example, answer};

    fn check() -> AddressesPublic {
        AddressesPublic { private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"].map(str::to_owned).to_vec() }
    }

    #[test]
    fn a_router_behind_the_desk_is_not_the_providers_address() {
        for (address, expected) in [
            ("192.168.1.20", Answer::NotMet),
            ("172.31.0.1", Answer::NotMet),
            ("172.32.0.1", Answer::Met),
            ("10.1.2.3", Answer::NotMet),
            ("203.0.113.7", Answer::Met),
            ("fd12:3456::1", Answer::NotMet),
            ("2001:db8::1", Answer::Met),
        ] {
            assert_eq!(answer(&check(), &Example::notice(&format!("New IP address: {address}."))), expected, "{address}");
        }
    }

    #[test]
    fn a_network_without_a_prefix_is_a_mistake() {
        assert_eq!(AddressesPublic { private: vec!["10.0.0.0".into(), "10.0.0.0/33".into()] }.mistakes().len(), 2);
        assert!(check().mistakes().is_empty());
    }
}
