namespace XenKube;

/// <summary>
/// The actions that a remedy can name: a command, or an option of the command that failed. Every front end words each of
/// them; where it has no command of its own, it names what does the same.
/// </summary>
public enum RemedyActionKind
{
    /// <summary>Set up the host, all of it or one step. Arguments: the step, or none.</summary>
    SetUpHost,

    /// <summary>Check the host.</summary>
    CheckHost,

    /// <summary>Serve the published configs by the embedded server.</summary>
    ServeConfigs,

    /// <summary>Open a TCP port for the guests. Arguments: the port.</summary>
    OpenPort,

    /// <summary>Reserve the guide's range of addresses.</summary>
    ReserveAddresses,

    /// <summary>Reserve an address for one MAC address. Arguments: the MAC address, the file of reservations.</summary>
    ReserveAddress,

    /// <summary>Remove the reservation of an address. Arguments: the MAC or IP address, the file of reservations.</summary>
    RemoveReservation,

    /// <summary>Make a cluster. Arguments: its name.</summary>
    MakeCluster,

    /// <summary>Make a node's disk. Arguments: <c>CLUSTER/NODE</c>.</summary>
    MakeNode,

    /// <summary>Make a node's disk again, in place of the one that is there. Arguments: <c>CLUSTER/NODE</c>.</summary>
    RemakeNode,

    /// <summary>Give a node another name. Arguments: <c>CLUSTER/NODE</c>, the new name.</summary>
    RenameNode,

    /// <summary>Copy a node. Arguments: <c>CLUSTER/NODE</c>, the copy's <c>CLUSTER/NODE</c>.</summary>
    CopyNode,

    /// <summary>Make a guest's configuration. Arguments: <c>CLUSTER/NODE</c>.</summary>
    MakeGuest,

    /// <summary>Make a guest's configuration again, in place of the one that is there. Arguments: <c>CLUSTER/NODE</c>.</summary>
    RemakeGuest,

    /// <summary>
    /// Have another boot loader start a guest. Arguments: <c>CLUSTER/NODE</c>, the boot loader's word (<c>XenKube</c>, <c>Pygrub</c>).
    /// </summary>
    SetBootLoader,

    /// <summary>Show what a node boots next. Arguments: <c>CLUSTER/NODE</c>.</summary>
    ShowBootPlan,

    /// <summary>Shut a guest down. Arguments: <c>CLUSTER/NODE</c>.</summary>
    StopGuest,

    /// <summary>Destroy a guest's domain. Arguments: <c>CLUSTER/NODE</c>.</summary>
    DestroyGuest,

    /// <summary>Let a paused guest go on. Arguments: <c>CLUSTER/NODE</c>.</summary>
    ResumeGuest,

    /// <summary>Wait until a guest's domain is gone. Arguments: <c>CLUSTER/NODE</c>.</summary>
    AwaitGuestEnd,

    /// <summary>Wait until the ssh server of a guest greets. Arguments: <c>CLUSTER/NODE</c>.</summary>
    AwaitGuestSsh,

    /// <summary>Look at a guest's console.</summary>
    ShowConsole,

    /// <summary>Publish a node's config. Arguments: <c>CLUSTER/NODE</c>.</summary>
    PublishConfig,

    /// <summary>Refresh a node: all steps. Arguments: <c>CLUSTER/NODE</c>.</summary>
    Refresh,

    /// <summary>
    /// Take one step of the refresh. Arguments: <c>CLUSTER/NODE</c>, the step as it is named on a command line (<c>machine-id</c>).
    /// </summary>
    RefreshStep,

    /// <summary>
    /// Make a node's disk again from its release's image and refresh the node; the data is lost. Arguments: <c>CLUSTER/NODE</c>.
    /// </summary>
    RecreateNode,

    /// <summary>Refresh a node, whose config is on the node's own disk from then on. Arguments: <c>CLUSTER/NODE</c>.</summary>
    PutConfigOnImage,

    /// <summary>Refresh a node, which fetches its config over HTTP from then on. Arguments: <c>CLUSTER/NODE</c>.</summary>
    ServeConfig,

    /// <summary>Check why a node would not boot. Arguments: <c>CLUSTER/NODE</c>.</summary>
    CheckNode,

    /// <summary>Find every fault of an Ignition config. Arguments: the file.</summary>
    ValidateConfig,

    /// <summary>Make the certificate authority of a cluster. Arguments: the cluster.</summary>
    MakeCertificateAuthority,

    /// <summary>Make the certificate authority of a cluster again, in place of the one that is there. Arguments: the cluster.</summary>
    RemakeCertificateAuthority,

    /// <summary>Make the certificates of a node that are missing or wrong. Arguments: <c>CLUSTER/NODE</c>.</summary>
    MakeCertificates,

    /// <summary>Make all certificates of a node again. Arguments: <c>CLUSTER/NODE</c>.</summary>
    RenewCertificates,

    /// <summary>Bring the certificates of a node to the node. Arguments: <c>CLUSTER/NODE</c>.</summary>
    PublishCertificates,

    /// <summary>Bring certificates to a node, and restart its etcd. Arguments: <c>CLUSTER/NODE</c>.</summary>
    RestartWithCertificates,

    /// <summary>Check the certificates of a node, or of a cluster. Arguments: <c>CLUSTER/NODE</c> or the cluster.</summary>
    CheckCertificates,

    /// <summary>Check an etcd cluster. Arguments: the cluster.</summary>
    CheckEtcd,

    /// <summary>Replace the etcd member of a node. Arguments: <c>CLUSTER/NODE</c>.</summary>
    RepairMember,

    /// <summary>Write the entries of a cluster into a kubeconfig. Arguments: the cluster, the file.</summary>
    MakeKubeConfig,

    /// <summary>
    /// The same, with another certificate in place of the one that is there. Arguments: the cluster, the file.
    /// </summary>
    RemakeKubeConfig,

    /// <summary>Write a file on a node's disk from a pipe.</summary>
    WriteDiskFile,

    /// <summary>Close a drive over a node's disk.</summary>
    DismountDisk,

    /// <summary>Trust a signing key. Arguments: the file of the key.</summary>
    ImportKey,

    /// <summary>Trust a key that XenKube knows by name. Arguments: the name.</summary>
    ImportKnownKey,

    /// <summary>Download an image into the store. Arguments: the version.</summary>
    GetImage,

    /// <summary>Download the newest image of a distribution. Arguments: the distribution (<c>FedoraCoreOS</c>).</summary>
    GetNewestImage,

    /// <summary>List the images in the store.</summary>
    ListImages,

    /// <summary>The option that overrides a refusal.</summary>
    ForceOption,

    /// <summary>The option that names an image.</summary>
    ImageOption,

    /// <summary>The option that names XENDIR.</summary>
    XenDirOption,

    /// <summary>The option that takes an image unproven.</summary>
    SkipVerificationOption,

    /// <summary>The option that names another release server.</summary>
    BaseUriOption,

    /// <summary>The option that writes files without telling the services.</summary>
    NoActivateOption,

    /// <summary>The option that names a kernel on dom0.</summary>
    KernelOption,

    /// <summary>The option that names a boot loader.</summary>
    BootLoaderOption,

    /// <summary>The option that starts a guest with a copy of its kernel.</summary>
    ExtractKernelOption,

    /// <summary>The option that sets the type of a guest.</summary>
    GuestTypeOption,

    /// <summary>The option that sets how long to wait.</summary>
    TimeoutOption,

    /// <summary>The option that names the API server.</summary>
    ServerOption,

    /// <summary>The option that names the platform of the guests.</summary>
    PlatformOption,

    /// <summary>The option that names the directory of local files.</summary>
    FilesDirectoryOption,
}
