using XenKube.Booting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

/// <summary>Get-NodeBootPlan.</summary>
[Trait("Kind", "Process")]
public sealed class NodeBootPlanCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public NodeBootPlanCmdletTests() => _session.MakeCluster(hasDisks: true, "node-1", "node-2");

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Plan_of_each_node_names_its_entry_and_its_kernel()
    {
        var plans = _session.Run("Get-Node etcd | Get-NodeBootPlan -Quick").All<BootPlan>();
        Assert.Equal([_session["guests/etcd/node-1.img"], _session["guests/etcd/node-2.img"]], plans.Select(plan => plan.DiskPath));
        Assert.All(plans, plan => Assert.Equal((BootRules.Slots, "coreos", "/coreos/vmlinuz-a"), (plan.Rules, plan.Entry, plan.KernelPath)));
    }

    [Fact]
    public void Slot_that_the_script_does_not_choose_is_a_problem() =>
        Assert.Contains("chooses no slot", _session.Run("Get-NodeBootPlan etcd/node-1 -Quick -Slot b").One<BootPlan>().Problem, StringComparison.Ordinal);

    [Fact]
    public void File_that_is_not_a_disk_is_reported_and_the_next_one_is_taken()
    {
        _session.Write("guests/etcd/no.img", "hello\n");
        var result = _session.Run("Get-NodeBootPlan -Path no.img, node-1.img -Quick");
        Assert.Single(result.Output);
        Assert.Single(result.Errors);
    }
}
