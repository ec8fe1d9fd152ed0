namespace XenKube.Guests;

/// <summary>What a guest is for, where that decides its size.</summary>
public enum GuestRole
{
    /// <summary>Nothing said: 1024 MiB and one processor, as in the guide.</summary>
    None,

    /// <summary>A cluster's first node: 2048 MiB and two processors.</summary>
    Master,

    /// <summary>Another node of such a cluster: 1536 MiB and one processor.</summary>
    Worker,
}
