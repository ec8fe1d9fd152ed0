namespace XenKube.Guests;

/// <summary>What to wait for with a guest.</summary>
public enum GuestCondition
{
    /// <summary>Its domain runs.</summary>
    Running,

    /// <summary>
    /// It answers at its reserved address since it was started: a connection is made or refused, or ARP is answered, by its own network
    /// card.
    /// </summary>
    Address,

    /// <summary>The ssh server at its reserved address sends its greeting.</summary>
    Ssh,

    /// <summary>Its domain no longer exists, and xl is not about to make another one.</summary>
    Gone,

    /// <summary>It has fetched the config that is published now, since it was started.</summary>
    Ignition,
}
