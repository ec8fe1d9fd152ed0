namespace XenKube.Images;

/// <summary>Who made an image: the names of files, variables and servers differ.</summary>
public enum ImageDistribution
{
    /// <summary>CoreOS Container Linux, which ended in May 2020; its servers are gone, mirrors remain.</summary>
    CoreOS,

    /// <summary>Flatcar Container Linux.</summary>
    Flatcar,

    /// <summary>Fedora CoreOS, whose streams are described by metadata.</summary>
    FedoraCoreOS,
}
