namespace XenKube.Firewall;

/// <summary>The places at which the kernel asks the rules about a packet, in the order of its way.</summary>
internal enum Hook
{
    /// <summary>On the card or the bridge, before IP.</summary>
    Ingress,

    /// <summary>On arrival, before its way is known.</summary>
    Prerouting,

    /// <summary>To dom0 itself.</summary>
    Input,

    /// <summary>Through dom0 to somewhere else.</summary>
    Forward,

    /// <summary>From dom0 itself.</summary>
    Output,

    /// <summary>On departure.</summary>
    Postrouting,
}
