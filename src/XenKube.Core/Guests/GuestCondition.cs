namespace XenKube.Guests;

/// <summary>What to wait for with a guest.</summary>
public enum GuestCondition
{
    /// <summary>Its domain runs.</summary>
    Running,

    /// <summary>Its reserved address answers: a connection is made or refused, or ARP is answered.</summary>
    Address,

    /// <summary>The ssh server at its reserved address sends its greeting.</summary>
    Ssh,

    /// <summary>Its domain no longer exists.</summary>
    Gone,
}
