/** The table of the bridge family, in the host's namespace. */
export const tableName = "patchbay";

/**
 * What nft(8) makes the table of, from 1.0.6 on, in one transaction: whatever the table was before is gone.
 *
 * Every frame from a guarded port is dropped unless its MAC, ARP or IP source and neighbour discovery target are the port's
 * own; what else would speak for others is dropped as well: router advertisements, redirects, answers of DHCP servers, and
 * all ethertypes but ARP, IPv4 and IPv6, tagged frames (802.1Q) included. Allowed beside: ARP probes (RFC 5227), and from
 * the unspecified address what a host says before it has one (RFC 4861, 4862, 3810). A frame that falls through is
 * counted at its port's element of `guarded`.
 *
 * Frames to the group addresses of 802.1D go past the prerouting hook to the host (br_handle_frame): hence `input`.
 *
 * A frame from one quiet port to another passes only if it is for the host by the packet type that the bridge gives to what is
 * addressed to its own MAC (br_handle_frame), so that it can only be on its way to another port because br_netfilter has led it
 * there: a connection to the host that is translated to an endpoint is bridged and not routed, and iptables decides about it.
 *
 * `targets` is `ipv6` once more, as nft 1.0.6 has no word for the target of a neighbour advertisement.
 */
export const skeleton = `table bridge ${tableName}
delete table bridge ${tableName}
table bridge ${tableName} {
  set guarded { type ifname; counter; }
  set macs { type ifname . ether_addr; }
  set ipv4 { type ifname . ipv4_addr; }
  set ipv6 { type ifname . ipv6_addr; }
  set targets { typeof iifname . @th,64,128; }
  set quiet { type ifname; }
  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
    iifname . ether saddr @macs jump own-mac
    iifname @guarded drop
  }
  chain input {
    type filter hook input priority -300; policy accept;
    ether daddr 01:80:c2:00:00:00-01:80:c2:00:00:0f iifname @guarded drop
  }
  chain forward {
    type filter hook forward priority -300; policy accept;
    iifname @quiet oifname @quiet meta pkttype != host drop
  }
  chain own-mac {
    ether type vmap { arp : jump from-arp, ip : jump from-ipv4, ip6 : jump from-ipv6 }
  }
  chain from-arp {
    arp htype != 1 return
    arp hlen != 6 return
    iifname . arp saddr ether != @macs return
    iifname . arp saddr ip @ipv4 accept
    arp operation request arp saddr ip 0.0.0.0 accept
  }
  chain from-ipv4 {
    iifname . ip saddr != @ipv4 return
    meta l4proto != { icmp, udp } accept
    icmp type redirect return
    udp dport 68 return
    accept
  }
  chain from-ipv6 {
    icmpv6 type { nd-router-advert, nd-redirect } return
    icmpv6 type nd-neighbor-advert goto neighbour-advert
    udp dport 546 return
    iifname . ip6 saddr @ipv6 accept
    ip6 saddr :: icmpv6 type { mld-listener-report, nd-router-solicit, mld2-listener-report } accept
    ip6 saddr :: icmpv6 type nd-neighbor-solicit iifname . @th,64,128 @targets accept
  }
  chain neighbour-advert {
    iifname . ip6 saddr @ipv6 iifname . @th,64,128 @targets accept
  }
}
`;
